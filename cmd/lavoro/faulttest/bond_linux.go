package faulttest

import "syscall"

// bond has the kernel end a node with the process that started it, however that one ends.
func bond() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
