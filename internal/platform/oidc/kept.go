package oidc

import (
	"context"
	"sync"
	"time"
)

const (
	// fresh is how long what was fetched is used without asking again: a key that an issuer takes back holds no longer.
	fresh = 5 * time.Minute
	// pause is the least time between two attempts: neither a silent issuer nor a flood of unknown keys makes more.
	pause = 5 * time.Second
	// hold is how long what was fetched goes on to be used while the issuer is silent.
	hold = 24 * time.Hour
	// patience bounds one attempt.
	patience = 5 * time.Second
)

// kept is something of an issuer's: fetched when first needed, again when it is old, at most once in a pause.
type kept[T any] struct {
	fetch func(context.Context) (T, error)
	clock Clock

	fetching sync.Mutex // held by the one who asks the issuer
	mu       sync.Mutex // guards what follows
	value    T
	at       time.Time // of value; zero: there is none
	tried    time.Time
	err      error // of the last attempt
}

// get gives what is kept. Where it is old, the first who comes fetches it and the others go on with the old one.
func (k *kept[T]) get(ctx context.Context) (T, error) {
	value, age, known := k.now()
	if known && age < fresh {
		return value, nil
	}
	if known {
		if !k.fetching.TryLock() {
			return value, nil
		}
	} else {
		k.fetching.Lock()
	}
	defer k.fetching.Unlock()
	k.attempt(ctx)
	return k.held()
}

// renew gives what the issuer says now, though it was asked within the pause: then what it said last.
func (k *kept[T]) renew(ctx context.Context) (T, error) {
	k.fetching.Lock()
	defer k.fetching.Unlock()
	if err := k.attempt(ctx); err != nil {
		var none T
		return none, ErrUnavailable
	}
	return k.held()
}

// attempt asks the issuer unless it was asked within the pause, and gives the last attempt's error.
func (k *kept[T]) attempt(ctx context.Context) error {
	k.mu.Lock()
	now, tried, err := k.clock(), k.tried, k.err
	k.mu.Unlock()
	if !tried.IsZero() && now.Sub(tried) < pause {
		return err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // others wait for it too
	defer cancel()
	value, err := k.fetch(bounded)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tried, k.err = now, err
	if err == nil {
		k.value, k.at = value, now
	}
	return err
}

func (k *kept[T]) held() (T, error) {
	value, age, known := k.now()
	if !known || age > hold {
		var none T
		return none, ErrUnavailable
	}
	return value, nil
}

func (k *kept[T]) now() (value T, age time.Duration, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.value, k.clock().Sub(k.at), !k.at.IsZero()
}
