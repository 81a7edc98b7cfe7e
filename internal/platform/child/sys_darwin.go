package child

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// attributes gives the child its own process group and its user. Darwin knows no signal on the parent's death: the
// next start stops what is left.
func attributes(user *credential, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: user.syscall()}
}

// processesIn lists the servers of this program that were started with the folder as an argument, and their children.
func processesIn(dir, program string) []int {
	out, err := exec.Command("ps", "-axww", "-o", "pid=,ppid=,command=").Output()
	if err != nil {
		return nil
	}
	ours := map[int]bool{}
	var pids []int
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		pid, _ := strconv.Atoi(fields[0])
		parent, _ := strconv.Atoi(fields[1])
		server := filepath.Base(fields[2]) == program && strings.Contains(line, " "+dir+" ")
		if server || ours[parent] {
			ours[pid] = true
			pids = append(pids, pid)
		}
	}
	return pids
}
