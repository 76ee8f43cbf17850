package main

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheDocumentIsWhatTheProgramWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates minutes")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors round otherwise")
	}
	t.Parallel()
	text, err := os.ReadFile("../../docs/scaling-figures.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), document()); diff != "" {
		t.Errorf("go run ./bench/scaling --out docs/scaling-figures.md writes another one (-document +program):\n%s", diff)
	}
}

func TestEveryParameterTellsWhereItComesFrom(t *testing.T) {
	t.Parallel()
	for _, p := range parameters() {
		switch p.origin {
		case "measured", "reference":
			if p.source == "" {
				t.Errorf("%s was measured nowhere", p.name)
			}
		case "decided", "assumed":
		default:
			t.Errorf("%s comes from %q", p.name, p.origin)
		}
		if strings.Contains(p.name+p.value+p.source, "|") {
			t.Errorf("%s breaks the table", p.name)
		}
	}
}

func TestPartnersShareAsTheLawOfTheirTrafficSays(t *testing.T) {
	t.Parallel()
	s := spreadOver(100, 1)
	if got := s.share(0) / s.share(9); !within(1e-9, got, 10) {
		t.Errorf("the first partner has %v times as much as the tenth", got)
	}
	sum, least := 0, 1000
	for _, n := range s.shares(1000) {
		sum, least = sum+n, min(least, n)
	}
	if sum != 1000 || least < 1 {
		t.Errorf("%d connections are given, %d at least", sum, least)
	}
}

func TestMoreReplicasNeverUseMoreOfASharedLimit(t *testing.T) {
	t.Parallel()
	for _, row := range sharedLimits().rows {
		for _, cell := range row[2:] {
			if row[1] == "1" && cell != "1.00" || cell > "1.00" {
				t.Errorf("%v", row)
			}
		}
	}
}
