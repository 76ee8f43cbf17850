//go:build unix

package postgrestest

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

//go:embed watch.sh
var watchText string

// watcher is the process that has the server, and its folder, end with the test process. It runs as an
// unprivileged user, whom alone the server serves, and whom interrupting the tests does not reach.
type watcher struct {
	process *exec.Cmd
	// rein holds it, which ends when that is let go, and said is what it answers.
	rein io.WriteCloser
	said *bufio.Reader
}

// nobody is the user and the group that root runs the server as, which refuses to be run by root.
const nobody = 65534

// watch starts the watcher.
func (s *Server) watch() error {
	c := exec.Command("/bin/sh", append([]string{"-c", watchText, "watch", s.bin}, s.arguments()...)...)
	c.Dir = s.folder
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + s.folder}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	rein, err := c.StdinPipe()
	if err != nil {
		return err
	}
	said, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	s.watcher = watcher{c, rein, bufio.NewReader(said)}
	return nil
}

// ask has it do something that watch.sh knows, and returns what it answers: the server's process, or 0.
func (w *watcher) ask(what string) (pid int, err error) {
	if _, err := io.WriteString(w.rein, what+"\n"); err != nil {
		return 0, err
	}
	line, err := w.said.ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &pid)
	}
	return pid, err
}

// unwatch lets it go and returns when it has ended.
func (w *watcher) unwatch() {
	if w.process == nil {
		return
	}
	_ = w.rein.Close()
	_ = w.process.Wait()
	w.process = nil
}
