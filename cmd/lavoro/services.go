package main

import "context"

// services are what runs behind the requests, each until its context ends.
func (a *App) services() []func(context.Context) {
	return []func(context.Context){a.DB.Watch, a.hub.Run, a.relay.Run, a.runner.Run, a.resolver.Connections.Run, a.resolver.Operations.Uses.Run, giveBack}
}
