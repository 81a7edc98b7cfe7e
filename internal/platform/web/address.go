package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Proxies are the networks of reverse proxies whose word about a client is taken.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks that are separated by commas: 10.0.0.0/8, 192.0.2.1.
func ParseProxies(setting string) (Proxies, error) {
	var proxies Proxies
	for part := range strings.SplitSeq(setting, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			one, addressErr := netip.ParseAddr(part)
			if addressErr != nil {
				return nil, fmt.Errorf("a proxy has the form 192.0.2.1 or 10.0.0.0/8")
			}
			network = netip.PrefixFrom(one.Unmap(), one.Unmap().BitLen())
		}
		proxies = append(proxies, network.Masked())
	}
	return proxies, nil
}

func (p Proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// longestForwarded bounds how many addresses of X-Forwarded-For are looked at.
const longestForwarded = 20

// client is who sends a request, and whether over https. What a proxy adds to X-Forwarded-For is believed from the right to the left, as
// long as those who say it are trusted: whatever stands further left was written by the client.
func (p Proxies) client(req *http.Request) (from netip.Addr, secure bool) {
	from = addressOf(req.RemoteAddr)
	secure = req.TLS != nil
	if !p.trusts(from) {
		return from, secure
	}
	secure = secure || req.Header.Get("X-Forwarded-Proto") == "https"
	said := strings.Split(strings.Join(req.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= max(0, len(said)-longestForwarded); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			break
		}
		if from = next.Unmap(); !p.trusts(from) {
			break
		}
	}
	return from, secure
}

func addressOf(remote string) netip.Addr {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap().WithZone("")
}

type addressKey struct{}

func withAddress(ctx context.Context, a netip.Addr) context.Context {
	return context.WithValue(ctx, addressKey{}, keyOf(a))
}

// keyOf names who shares a limit: an address, and of version 6 the network that one household or office is given.
func keyOf(a netip.Addr) string {
	if a.Is6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}

// WithAddressOf hands the client of a request to what goes on after it.
func WithAddressOf(ctx, request context.Context) context.Context {
	return context.WithValue(ctx, addressKey{}, AddressOf(request))
}

// AddressOf names the client of a request that passed a Gate, for limits; it is personal data and goes into no log.
func AddressOf(ctx context.Context) string {
	key, _ := ctx.Value(addressKey{}).(string)
	return key
}

// Limit closes connections of an address that has so many open already; those of trusted proxies, which speak for many, are not
// counted. A most of 0 is no limit.
func (p Proxies) Limit(l net.Listener, most int) net.Listener {
	if most == 0 {
		return l
	}
	return &limitedListener{Listener: l, most: most, exempt: p, open: map[string]int{}}
}

type limitedListener struct {
	net.Listener
	most   int
	exempt Proxies

	mu   sync.Mutex
	open map[string]int
}

// Accept waits for a connection that is within the limit.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := addressOf(conn.RemoteAddr().String())
		if l.exempt.trusts(from) {
			return conn, nil
		}
		if key := keyOf(from); l.enter(key) {
			return &countedConn{Conn: conn, leave: sync.OnceFunc(func() { l.leave(key) })}, nil
		}
		_ = conn.Close()
	}
}

func (l *limitedListener) enter(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key] >= l.most {
		return false
	}
	l.open[key]++
	return true
}

func (l *limitedListener) leave(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[key]--; l.open[key] <= 0 {
		delete(l.open, key)
	}
}

type countedConn struct {
	net.Conn
	leave func()
}

// SetWriteBuffer bounds what the system holds for a client, where the connection below can.
func (c *countedConn) SetWriteBuffer(bytes int) error {
	if sized, can := c.Conn.(interface{ SetWriteBuffer(int) error }); can {
		return sized.SetWriteBuffer(bytes)
	}
	return nil
}

// Close ends the connection and makes room for another.
func (c *countedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
