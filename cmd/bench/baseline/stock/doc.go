// Package stock is a server of live updates as gqlgen's documentation sets one up: what somebody gets who follows it.
package stock

//go:generate go run github.com/99designs/gqlgen generate
