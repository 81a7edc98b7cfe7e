package clienttest_test

import "syscall"

// attributes have the kernel end a program whose test process dies, in a process group of its own.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
