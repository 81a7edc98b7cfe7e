package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/lavoroincorso/lavoro/graph"
	"github.com/lavoroincorso/lavoro/graph/wire"
	"github.com/lavoroincorso/lavoro/internal/allowance"
	"github.com/lavoroincorso/lavoro/internal/attendance"
	"github.com/lavoroincorso/lavoro/internal/document"
	"github.com/lavoroincorso/lavoro/internal/duty"
	"github.com/lavoroincorso/lavoro/internal/member"
	"github.com/lavoroincorso/lavoro/internal/platform/blob"
	"github.com/lavoroincorso/lavoro/internal/platform/evidence"
	"github.com/lavoroincorso/lavoro/internal/platform/journal"
	"github.com/lavoroincorso/lavoro/internal/platform/live"
	"github.com/lavoroincorso/lavoro/internal/platform/plan"
	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/rate"
	"github.com/lavoroincorso/lavoro/internal/platform/redis"
	"github.com/lavoroincorso/lavoro/internal/platform/web"
)

// App is the whole program as a value: opened, served any number of times, closed.
type App struct {
	Config       Config
	DB           *postgres.DB
	Installation postgres.Installation

	rooms     rooms
	redis     redis.Client
	directory *member.Directory
	issuers   []trusted
	door      *door            // of the node that serves
	clock     func() time.Time // read by now
	resolver  *graph.Resolver
	gate      web.Gate
	rates     *rate.Limiter
	hub       *live.Hub
	relay     *live.Relay
	runner    *duty.Runner
	files     blob.Store
}

// Open connects to the servers that the configuration names and puts the rooms together.
func Open(ctx context.Context, c Config) (*App, error) {
	keys, err := c.keys()
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL, RelayURL: c.RelayURL, Plans: int32(c.Plans), Acts: c.Acts,
		Statement: c.StatementTime, Keys: keys, Replicas: c.ReplicaURLs, ReplicaLag: c.ReplicaLag})
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, DB: db, clock: time.Now}
	if a.Installation, err = db.Installation(ctx); err != nil {
		db.Close()
		return nil, err
	}
	if a.issuers, err = parseIssuers(c.Issuers); err == nil {
		err = db.Recognise(ctx, a.Installation.ID)
	}
	if err == nil {
		a.redis, err = redis.Open(c.RedisURL)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	if err := a.assemble(); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// now is the house's one clock: what one part lets run out, another must not take to hold.
func (a *App) now() time.Time { return a.clock() }

func (a *App) assemble() error {
	a.follow()
	a.directory = &member.Directory{DB: a.DB, Clock: a.now}
	a.hub = live.NewHub(a.DB, a.redis, a.Installation.ID)
	a.relay = live.NewRelay(a.DB, a.redis, a.Installation.ID)
	a.rooms = newRooms()
	notifier, err := a.Config.notifier()
	if err != nil {
		return err
	}
	house, err := a.anchorage(notifier)
	if err != nil {
		return err
	}
	recorder := evidence.NewRecorder()
	a.rooms.participants.OnLookUp = recorder.LookUps(a.DB)
	a.files = a.fileStore(recorder)
	a.runner = duty.NewRunner(a.DB, a.now, notifier, a.rooms.reactions()...)
	a.runner.Routines = a.routines(house)
	a.DB.OnNews = func() { a.relay.Hint(); a.runner.Hint() }
	limits, err := a.limits()
	if err == nil {
		err = a.bound()
	}
	if err != nil {
		return err
	}
	operations, err := a.operations()
	if err != nil {
		return err
	}
	engine := &plan.Engine{Schema: schema(), DB: a.DB, OnDisclosed: graph.Disclosing(recorder.Disclosed)}
	a.resolver = &graph.Resolver{
		DB: a.DB, Engine: engine, Documents: document.Room{Engine: engine, Select: graph.Fields, Proofs: allowance.Proofs, Anchors: journal.Folder(a.Config.Anchors)}, Hub: a.hub, Clock: a.now,
		Limits: limits, Rates: a.rates, Origins: a.gate.Origins, Connections: wire.New(wire.Limits{Drain: a.Config.Drain}),
		Members: a.rooms.members, Directory: a.directory, Devices: member.NewDevices(a.DB, a.now, a.Config.Devices),
		Operations: operations, Usage: graph.NewUsage(),
		Participants: a.rooms.participants, Activities: a.rooms.activities, Placements: a.rooms.placements, Matches: a.rooms.matches, Housing: a.rooms.housing, Register: attendance.Room{Texts: a.Config.SMSURL != ""},
	}
	return nil
}

// Serve answers requests and runs the services behind until ctx ends, then stops in order.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	if err := a.openDoor(address(listener)); err != nil {
		return err
	}
	metrics, err := a.metrics(ctx)
	if err != nil {
		return err
	}
	services, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	for _, run := range append(a.services(), metrics) {
		wg.Go(func() { run(services) })
	}
	server := a.server(services)
	context.AfterFunc(ctx, func() {
		bounded, cancel := context.WithTimeout(context.Background(), a.Config.Drain+5*time.Second)
		defer cancel()
		a.resolver.Connections.Drain(bounded) // an orderly shutdown does not know websockets
		stop()
		_ = server.Shutdown(bounded)
	})
	err = server.Serve(a.gate.Proxies.Limit(listener, a.Config.AddressConnections))
	stop()
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}

// Close ends the connections.
func (a *App) Close() {
	_ = a.redis.Close()
	a.DB.Close()
}
