package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

func TestAFolderIsNamedAfterTheTSPAndListensOnAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	p, err := planFor("verizon_connect")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{p.Package, p.Display, p.Type, p.Dashed}
	if diff := cmp.Diff([]string{"verizonconnect", "Verizon Connect", "VerizonConnect", "verizon-connect"}, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range all.Simulators() {
		if s.Info.PortOffset == p.PortOffset {
			t.Errorf("the port is that of %s", s.Info.Name)
		}
	}
}

func TestATSPThatTheContractLacksHasANameAndAPortOfItsOwn(t *testing.T) {
	t.Parallel()
	ports := map[int]bool{}
	for _, name := range append(tsp.Names(), "navixy", "mix", "fleetio") {
		p, err := planFor(name)
		if err != nil {
			t.Fatal(err)
		}
		if ports[p.PortOffset] {
			t.Errorf("%s has the port of another", name)
		}
		ports[p.PortOffset] = true
	}
}

func TestANameThatIsLikeAnotherIsRefusedWithThat(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"verizon": "verizon_connect", "webflet": "webfleet", "Traccar2": "traccar", "../x": "is no name", "": "name one"} {
		if err := run([]string{name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAFolderThatExistsIsLeftAlone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file := filepath.Join(root, "internal", "tsp", "wialon", "mine.go")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := planFor("wialon")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write(root, p); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}
