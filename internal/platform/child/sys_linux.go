package child

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// attributes gives the child its own process group, its user, and the signal that the kernel sends it when we die.
func attributes(user *credential, onParentDeath syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: user.syscall(), Pdeathsig: onParentDeath}
}

// processesIn lists the processes of this program that work in the folder: a server changes into its data folder, and
// its workers inherit that. Zombies have no working folder and are not listed.
func processesIn(dir, program string) []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		cwd, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if err != nil || cwd != dir {
			continue
		}
		name, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
		if err == nil && strings.TrimSpace(string(name)) == program {
			pids = append(pids, pid)
		}
	}
	return pids
}
