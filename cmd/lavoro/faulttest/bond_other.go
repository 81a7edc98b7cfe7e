//go:build !linux

package faulttest

import "syscall"

// bond has nothing to hold on to here: a node outlives a test process that is killed.
func bond() *syscall.SysProcAttr { return nil }
