package main

import (
	"context"
	"io"
)

func (a *App) demonstrate(context.Context, io.Writer) error { return nil }
