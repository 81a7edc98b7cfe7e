package main

import (
	"fmt"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/rate"
	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

// Bounds are the settings that keep one client from taking what belongs to all. Zero is the default of each, unless it says otherwise.
type Bounds struct {
	MaxCost       int           `flag:"max-cost" env:"LAVORO_MAX_COST" default:"50000" usage:"fields that one operation may ask for, lists counted at their page size"`
	MaxDepth      int           `flag:"max-depth" env:"LAVORO_MAX_DEPTH" default:"15" usage:"levels that one operation may have"`
	MaxBody       int           `flag:"max-body" env:"LAVORO_MAX_BODY" default:"1048576" usage:"bytes of one request to the API"`
	RequestTime   time.Duration `flag:"request-time" env:"LAVORO_REQUEST_TIME" default:"30s" usage:"how long one request may take"`
	StatementTime time.Duration `flag:"statement-time" env:"LAVORO_STATEMENT_TIME" default:"20s" usage:"how long one statement may run in the database"`
	Introspection string        `flag:"introspection" env:"LAVORO_INTROSPECTION" usage:"on or off; when empty on where the database is DEMONSTRATION, off where it is REAL"`

	Operations     string `flag:"operations" env:"LAVORO_OPERATIONS" usage:"folder of the manifests of apps' operations, one NAME-VERSION.json for each version of an app"`
	OperationsOnly string `flag:"operations-only" env:"LAVORO_OPERATIONS_ONLY" usage:"on or off: whether no other operations are taken; when empty on where --operations is set and the database is REAL"`

	MaxConnections     int           `flag:"max-connections" env:"LAVORO_MAX_CONNECTIONS" default:"32" usage:"websockets that one member may have open on a node"`
	MaxSubscriptions   int           `flag:"max-subscriptions" env:"LAVORO_MAX_SUBSCRIPTIONS" default:"200" usage:"subscriptions that one member may have open on a node"`
	Drain              time.Duration `flag:"drain" env:"LAVORO_DRAIN" default:"3s" usage:"over which time a node that ends sends its websockets away, so that not all come back at once"`
	AddressConnections int           `flag:"address-connections" env:"LAVORO_ADDRESS_CONNECTIONS" default:"500" usage:"connections that one address may have open to a node; 0 is no limit"`

	RateRequests  int `flag:"rate-requests" env:"LAVORO_RATE_REQUESTS" default:"100" usage:"requests a second of one member, ten times as many at once; 0 is no limit"`
	RateAddresses int `flag:"rate-addresses" env:"LAVORO_RATE_ADDRESSES" default:"50" usage:"requests a second from one address without a sign-in, ten times as many at once; 0 is no limit"`
	RateActs      int `flag:"rate-acts" env:"LAVORO_RATE_ACTS" default:"50" usage:"acts a second of one member, ten times as many at once; 0 is no limit"`
	RateLookUps   int `flag:"rate-look-ups" env:"LAVORO_RATE_LOOK_UPS" default:"60" usage:"fiscal codes that one member may ask about in a minute; 0 is no limit"`
	RateSignIns   int `flag:"rate-sign-ins" env:"LAVORO_RATE_SIGN_INS" default:"300" usage:"attempts to sign in a minute from one address; 0 is no limit"`
	RateSignings  int `flag:"rate-signings" env:"LAVORO_RATE_SIGNINGS" default:"20" usage:"links and codes to sign by that one address may bring in a minute; 0 is no limit"`

	Devices int `flag:"devices" env:"LAVORO_DEVICES" default:"5" usage:"phones that one member may have registered and not revoked"`

	Origins string `flag:"origins" env:"LAVORO_ORIGINS" usage:"other origins whose pages may call the API, separated by commas: https://app.example.org"`
	Proxies string `flag:"proxies" env:"LAVORO_PROXIES" usage:"addresses and networks of reverse proxies whose X-Forwarded-For is believed, separated by commas"`
}

// ahead is how many seconds of its rate a member may spend at once.
const ahead = 10

// rates are the buckets of this installation.
func (b Bounds) rates() map[string]rate.Limit {
	perSecond := func(n int) rate.Limit { return rate.Limit{Rate: n, Burst: ahead * n, Per: time.Second} }
	return map[string]rate.Limit{
		graph.Requests:  perSecond(b.RateRequests),
		graph.Addresses: perSecond(b.RateAddresses),
		graph.Acts:      perSecond(b.RateActs),
		graph.LookUps:   {Rate: b.RateLookUps, Burst: b.RateLookUps, Per: time.Minute},
		graph.SignIns:   {Rate: b.RateSignIns, Burst: b.RateSignIns, Per: time.Minute},
		signings:        {Rate: b.RateSignings, Burst: b.RateSignings, Per: time.Minute},
	}
}

// bound reads the settings that may be wrong and makes what keeps them.
func (a *App) bound() (err error) {
	if a.gate.Origins, err = web.ParseOrigins(a.Config.Origins); err != nil {
		return fmt.Errorf("--origins (or LAVORO_ORIGINS): %w", err)
	}
	if a.gate.Proxies, err = web.ParseProxies(a.Config.Proxies); err != nil {
		return fmt.Errorf("--proxies (or LAVORO_PROXIES): %w", err)
	}
	a.rates = rate.New(a.redis, a.Installation.ID.String(), a.DB.Keys.Index("rate", a.Installation.ID[:]).Bytes, a.Config.rates())
	return nil
}

// limits are the bounds of operations in this installation.
func (a *App) limits() (graph.Limits, error) {
	c := a.Config
	introspection, known := map[string]bool{"on": true, "off": false, "": a.Installation.Kind == postgres.Demonstration}[c.Introspection]
	if !known {
		return graph.Limits{}, fmt.Errorf("--introspection (or LAVORO_INTROSPECTION) is on or off")
	}
	return graph.Limits{Cost: c.MaxCost, Depth: c.MaxDepth, Body: int64(c.MaxBody), Time: c.RequestTime, Introspection: introspection,
		Connections: c.MaxConnections, Subscriptions: c.MaxSubscriptions}, nil
}
