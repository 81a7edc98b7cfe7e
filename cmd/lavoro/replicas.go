package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lavoroincorso/lavoro/internal/platform/postgres"
	"github.com/lavoroincorso/lavoro/internal/platform/watermark"
)

// follow has reads served by replicas, where some are named.
func (a *App) follow() {
	if len(a.Config.ReplicaURLs) == 0 {
		return
	}
	marks := watermark.New(a.redis, a.Installation.ID, a.DB.Keys.Index("watermark", a.Installation.ID[:]).Bytes, a.Config.ReplicaLag)
	a.DB.OnWritten, a.DB.Required = marks.Raise, marks.Of
}

var (
	readsDone   = prometheus.NewDesc("lavoro_reads_total", "Queries that could be answered by a replica, by the server that answered: a replica, or primary.", []string{"server"}, nil)
	replicaUsed = prometheus.NewDesc("lavoro_replica_used", "1 while this node reads from the replica.", []string{"server"}, nil)
	lagBytes    = prometheus.NewDesc("lavoro_replica_lag_bytes", "Of the primary's log that the replica has not replayed.", []string{"server"}, nil)
	lagSeconds  = prometheus.NewDesc("lavoro_replica_lag_seconds", "Since the replica had all that the primary had, as this node knows it.", []string{"server"}, nil)
)

// replicaMeter tells Prometheus how it stands with the replicas; nothing where there are none.
type replicaMeter struct{ db *postgres.DB }

// Describe tells which figures there are.
func (m replicaMeter) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{readsDone, replicaUsed, lagBytes, lagSeconds} {
		out <- d
	}
}

// Collect gives the figures as they are.
func (m replicaMeter) Collect(out chan<- prometheus.Metric) {
	of, byPrimary := m.db.ReplicaFigures()
	if of == nil {
		return
	}
	out <- prometheus.MustNewConstMetric(readsDone, prometheus.CounterValue, float64(byPrimary), "primary")
	for _, f := range of {
		used := 0.0
		if f.Used {
			used = 1
		}
		out <- prometheus.MustNewConstMetric(readsDone, prometheus.CounterValue, float64(f.Served), f.Name)
		out <- prometheus.MustNewConstMetric(replicaUsed, prometheus.GaugeValue, used, f.Name)
		out <- prometheus.MustNewConstMetric(lagBytes, prometheus.GaugeValue, float64(f.Bytes), f.Name)
		out <- prometheus.MustNewConstMetric(lagSeconds, prometheus.GaugeValue, f.Behind, f.Name)
	}
}
