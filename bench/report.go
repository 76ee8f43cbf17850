package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// report is what a whole run has measured.
type report struct {
	begun, ended time.Time
	quick        bool
	sizes        sizes
	machine      machine
	parts        []part
}

// part is what one scenario has measured.
type part struct {
	scenario
	figures []figure
	failed  error
}

const preface = `# Performance

Written by ` + "`make bench`" + `; do not edit. It is to be run anew whenever what it measures has changed. Each
figure is the median with its quartiles, and so is each ratio, which is taken turn by turn to what was measured right
beside it. Absolute figures follow the machine, its disk and whatever else runs there: the ratios are what
says something. The floor is one-row durable inserts of an operation's columns, one a transaction, from 16
goroutines, on the same disk; no store is the same stack for one write without any store, a program of its
own. Over HTTP everything shares the machine: the service, the load, the TSP and the receiver.
`

// write writes the report as a document.
func (r report) write(path string) error {
	var b strings.Builder
	b.WriteString(preface)
	from, to := r.begun.UTC().Format("2006-01-02 15:04"), r.ended.UTC().Format("15:04")
	fmt.Fprintf(&b, "\n%s to %s UTC. %s\n", from, to, r.machine)
	if r.quick {
		fmt.Fprintf(&b, "\nThis was a quick run: %s. Goals are those of full sizes.\n", r.sizes)
	} else {
		fmt.Fprintf(&b, "\nSizes: %s.\n", r.sizes)
	}
	met, all := 0, 0
	for _, p := range r.parts {
		for _, f := range p.figures {
			if f.Goal != "" {
				all++
			}
			if f.Met {
				met++
			}
		}
	}
	fmt.Fprintf(&b, "\n%d of %d goals are met.\n", met, all)
	for _, p := range r.parts {
		fmt.Fprintf(&b, "\n## %s\n\n", p.what)
		if p.failed != nil {
			fmt.Fprintf(&b, "**This failed**: %v.\n\n", p.failed)
		}
		if len(p.figures) == 0 {
			continue
		}
		b.WriteString("| figure | measured | ratio | goal | |\n| --- | --- | --- | --- | --- |\n")
		for _, f := range p.figures {
			ratio := ""
			if f.Beside != "" {
				ratio = fmt.Sprintf("%v x %s", f.Ratio, f.Beside)
			}
			goal := strings.NewReplacer(">=", "≥", "<=", "≤").Replace(f.Goal)
			fmt.Fprintf(&b, "| %s | %v %s | %s | %s | %s |\n", f.Name, f.Value, f.Unit, ratio, goal, f.verdict())
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
