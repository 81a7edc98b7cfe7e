//go:build !linux

package clienttest_test

import "syscall"

// attributes put a program into a process group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
