package apptest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-dev/waybill/internal/idletest"
)

// programs are those that the tests of this process share, by the flags of their building.
var programs struct {
	sync.Mutex
	dir   string
	built map[string]string
}

// Main runs the tests of a package, more at a time than there are processors, and then removes the programs that they have
// built.
func Main(m *testing.M) {
	defer func() { _ = os.RemoveAll(programs.dir) }()
	idletest.Run(m)
}

// Built builds the program, once for all tests. Without paths in it, a copy of the source in another folder is built of
// the same parts.
func Built(t *testing.T, flags ...string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	by := strings.Join(flags, " ")
	if binary := programs.built[by]; binary != "" {
		return binary
	}
	if programs.dir == "" {
		dir, err := os.MkdirTemp("", "waybill-built-")
		if err != nil {
			t.Fatal(err)
		}
		programs.dir, programs.built = dir, map[string]string{}
	}
	dir, err := os.MkdirTemp(programs.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "waybill")
	args := slices.Concat([]string{"build", "-trimpath", "-o", binary}, flags, []string{"github.com/waybill-dev/waybill/cmd/waybill"})
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	programs.built[by] = binary
	return binary
}
