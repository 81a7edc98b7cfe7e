package wire

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// meter counts what connections do.
type meter struct {
	queued atomic.Int64 // bytes that wait for clients
	ends   *prometheus.CounterVec
	slow   prometheus.Counter
}

func newMeter() *meter {
	return &meter{
		ends: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lavoro_websocket_ends_total", Help: "Websockets that this node ended, by close code; 0 is without a word."}, []string{"code"}),
		slow: prometheus.NewCounter(prometheus.CounterOpts{Name: "lavoro_websocket_slow_total", Help: "Websockets that were sent away because their client did not read."}),
	}
}

func (m *meter) ended(bye Farewell) {
	m.ends.WithLabelValues(strconv.Itoa(bye.Code)).Inc()
}

var (
	connectionsOpen = prometheus.NewDesc("lavoro_connections", "Connections that stand: websockets, and streams of server-sent events.", nil, nil)
	bytesQueued     = prometheus.NewDesc("lavoro_connection_queue_bytes", "Bytes that wait for clients, shared ones counted for each.", nil, nil)
)

// Describe tells which figures there are.
func (c *Connections) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect gives the figures as they are.
func (c *Connections) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.MustNewConstMetric(connectionsOpen, prometheus.GaugeValue, float64(c.Open()))
	out <- prometheus.MustNewConstMetric(bytesQueued, prometheus.GaugeValue, float64(c.meter.queued.Load()))
	out <- c.meter.slow
	c.meter.ends.Collect(out)
}
