package company

import "github.com/lavoroincorso/lavoro/internal/values/refusal"

// Timetable opens the rule of a week to property tests, which need no database.
func (l Limits) Timetable(week []Hours) refusal.List { return l.timetable(week) }
