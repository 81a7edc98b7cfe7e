package live

import (
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// meter counts what a hub does. Its labels are ids of programmes, never of people.
type meter struct {
	executions prometheus.Counter
	frames     prometheus.Counter
	replays    prometheus.Counter
	resyncs    prometheus.Counter
	refills    prometheus.Counter
	failures   prometheus.Counter
	givenUp    prometheus.Counter
	lag        prometheus.Histogram
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func newMeter() meter {
	return meter{
		executions: counter("lavoro_live_executions_total", "Statements that read the subjects of events, each for all of a group."),
		frames:     counter("lavoro_live_frames_total", "Answers handed to subscribers."),
		replays:    counter("lavoro_live_replays_total", "Subscribers for whom a backlog was read: resumed, or without room."),
		resyncs:    counter("lavoro_live_resyncs_total", "Subscribers who were told to read their data again: too old, of the future, or of another history."),
		refills:    counter("lavoro_live_refills_total", "Holes in the news from Redis that were read from the outbox."),
		failures:   counter("lavoro_live_failures_total", "Executions for a group that failed and were tried again."),
		givenUp:    counter("lavoro_live_given_up_total", "Executions for a group that failed time and again, until its subscribers were told to read their data again."),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "lavoro_live_lag_seconds", Help: "From the moment of an act to when its answer was with all connections of a group.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 15, 60}}),
	}
}

// Describe tells which figures there are.
func (h *Hub) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(h, out) }

var (
	groupsOpen      = prometheus.NewDesc("lavoro_live_groups", "Groups of subscribers who share executions.", nil, nil)
	subscribersOpen = prometheus.NewDesc("lavoro_live_subscribers", "Subscribers.", nil, nil)
	positionHere    = prometheus.NewDesc("lavoro_live_position", "Sequence of the last event that this node handed out, by programme.", []string{"programme"}, nil)
)

// Collect gives the figures as they are.
func (h *Hub) Collect(out chan<- prometheus.Metric) {
	for _, c := range []prometheus.Metric{h.meter.executions, h.meter.frames, h.meter.replays, h.meter.resyncs, h.meter.refills, h.meter.failures, h.meter.givenUp, h.meter.lag} {
		out <- c
	}
	groups, subscribers := 0, 0
	h.mu.Lock()
	positions := make(map[uuid.UUID]int64, len(h.lines))
	for programme, l := range h.lines {
		positions[programme] = l.last
		for _, g := range l.groups {
			groups++
			subscribers += g.size()
		}
	}
	h.mu.Unlock()
	out <- prometheus.MustNewConstMetric(groupsOpen, prometheus.GaugeValue, float64(groups))
	out <- prometheus.MustNewConstMetric(subscribersOpen, prometheus.GaugeValue, float64(subscribers))
	for programme, seq := range positions {
		out <- prometheus.MustNewConstMetric(positionHere, prometheus.GaugeValue, float64(seq), programme.String())
	}
}

// relayMeter counts what a relay carries.
type relayMeter struct {
	carried  prometheus.Counter
	holds    prometheus.Gauge
	position *prometheus.GaugeVec
}

func newRelayMeter() relayMeter {
	return relayMeter{
		carried: counter("lavoro_relay_carried_total", "Events that this node carried to Redis."),
		holds:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "lavoro_relay_holds", Help: "1 while this node holds the relay's lease."}),
		position: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "lavoro_relay_position", Help: "Sequence up to which this node has carried a programme's events."},
			[]string{"programme"}),
	}
}

func (m relayMeter) moved(reached map[uuid.UUID]int64) {
	for programme, seq := range reached {
		m.position.WithLabelValues(programme.String()).Set(float64(seq))
	}
}

// Describe tells which figures there are.
func (r *Relay) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(r, out) }

// Collect gives the figures as they are.
func (r *Relay) Collect(out chan<- prometheus.Metric) {
	out <- r.meter.carried
	out <- r.meter.holds
	r.meter.position.Collect(out)
}
