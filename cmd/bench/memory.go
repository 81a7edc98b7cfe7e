package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	memoryPoll  = 500 * time.Millisecond
	memoryStill = 30 * time.Second // without sinking: the process has given back what it will
	memoryLong  = 5 * time.Minute
)

// rss is the process's resident memory in KB. It needs Linux.
func (n *node) rss() (float64, error) { return residentOf(n.cmd.Process.Pid) }

func residentOf(process int) (float64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(process) + "/statm")
	if err != nil {
		return 0, fmt.Errorf("memory is read from Linux's /proc: %w", err)
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/…/statm is %q", text)
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	return pages * float64(os.Getpagesize()) / 1024, err
}

// settled is the resident memory when it sinks no more: what was needed for a moment is given back to the system little by little, and
// Go collects garbage after two minutes at the latest.
func (n *node) settled(ctx context.Context) (lowest float64, err error) {
	every := time.NewTicker(memoryPoll)
	defer every.Stop()
	began := time.Now()
	for sank := began; time.Since(sank) < memoryStill && time.Since(began) < memoryLong; {
		kb, err := n.rss()
		if err != nil {
			return 0, err
		}
		if lowest == 0 || kb < lowest*0.998 {
			lowest, sank = kb, time.Now()
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-every.C:
		}
	}
	return lowest, nil
}

// metricsFlag says where a node tells its measures, on a listener of its own.
const metricsFlag = "--metrics-listen"

// measures is where a node that is started next will tell its measures, with the arguments for it; none where the program has no such
// listener.
func (s *stage) measures(ctx context.Context) (url string, arguments []string, err error) {
	help, err := exec.CommandContext(ctx, s.binary, "serve", "--help").Output() //nolint:forbidigo // asks the program what it can do
	if err != nil || !strings.Contains(string(help), metricsFlag) {
		return "", nil, err
	}
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address := free.Addr().String()
	return "http://" + address + "/metrics", []string{metricsFlag, address}, free.Close()
}

var goroutinesOf = regexp.MustCompile(`(?m)^go_goroutines (\S+)$`)

// goroutines asks a node for the number of its goroutines.
func goroutines(ctx context.Context, url string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	text, err := fetch(http.DefaultClient, req)
	if err != nil {
		return 0, err
	}
	found := goroutinesOf.FindSubmatch(text)
	if found == nil {
		return 0, errors.New("the node's measures have no go_goroutines")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
