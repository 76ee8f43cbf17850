package metrics

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// rules are docs/alerts.yaml as Prometheus reads it.
type rules struct {
	Groups []struct {
		Name  string
		Rules []rule
	}
}

type rule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

// alerts reads all rules.
func alerts(t *testing.T) (all []rule) {
	t.Helper()
	text, err := os.ReadFile("../../docs/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var of rules
	if err := yaml.UnmarshalWithOptions(text, &of, yaml.DisallowUnknownField()); err != nil {
		t.Fatal(err)
	}
	for _, g := range of.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// catalogue is docs/metrics.md: what it says, and type and labels of each metric.
type catalogue struct {
	text    string
	metrics map[string]struct{ kind, labels string }
}

func documented(t *testing.T) catalogue {
	t.Helper()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]struct{ kind, labels string }{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) > 4 && strings.HasPrefix(strings.Trim(cells[1], " `"), prefix) {
			all[strings.Trim(cells[1], " `")] = struct{ kind, labels string }{strings.TrimSpace(cells[2]), cells[3]}
		}
	}
	return catalogue{string(text), all}
}

var (
	metricNames = regexp.MustCompile(`(waybill_[a-z_]+)(\{[^}]*\})?`)
	selectors   = regexp.MustCompile(`([a-z_]+)(=~|!=|=)"([^"]*)"`)
	groupings   = regexp.MustCompile(`by \(([a-z_, ]+)\)`)
	metricRows  = regexp.MustCompile("(?m)^\\| `(waybill_[a-z_]+)` \\| (.*) \\|$")
	ofEach      = []string{"instance", "job"} // Prometheus adds these
)

// unknowns is what an expression names that no metric has; told are the metrics that it is about.
func (c catalogue) unknowns(expr string) (wrong, told []string) {
	labels := "le " + strings.Join(ofEach, " ")
	for _, found := range metricNames.FindAllStringSubmatch(expr, -1) {
		name := found[1]
		base := strings.TrimSuffix(name, "_bucket")
		metric, there := c.metrics[base]
		if !there || (metric.kind == "histogram") != (name != base) {
			wrong = append(wrong, name)
			continue
		}
		told, labels = append(told, base), labels+" "+metric.labels
		for _, pair := range selectors.FindAllStringSubmatch(found[2], -1) {
			if !hasWord(metric.labels, pair[1]) {
				wrong = append(wrong, name+"{"+pair[1]+"}")
			}
			for value := range strings.SplitSeq(pair[3], "|") {
				// Answers' statuses are known to everybody; what else a label may be is told in backticks.
				if pair[1] != "code" && !strings.Contains(c.text, "`"+value+"`") {
					wrong = append(wrong, value)
				}
			}
		}
	}
	for _, by := range groupings.FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(by[1], ",") {
			if label = strings.TrimSpace(label); !hasWord(labels, label) {
				wrong = append(wrong, label)
			}
		}
	}
	if strings.Count(expr, "(") != strings.Count(expr, ")") {
		wrong = append(wrong, "a bracket without its other one")
	}
	return wrong, told
}

func hasWord(text, word string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" `,", r) }), word)
}

func TestAlertsAreAboutWhatIsMeasured(t *testing.T) {
	t.Parallel()
	known := documented(t)
	for expr, wrong := range map[string]string{`waybill_ready == 0`: "", `waybill_redy == 0`: "waybill_redy",
		`waybill_ready{chek="x"} == 0`: "waybill_ready{chek}", `sum by (tsp) (waybill_ready) > 0`: "tsp",
		`waybill_attempt_duration_seconds > 1`: "waybill_attempt_duration_seconds",
		`sum(waybill_lanes{waits="stor"})`:     "stor"} {
		if got, _ := known.unknowns(expr); !slices.Contains(append(got, ""), wrong) || wrong == "" && got != nil {
			t.Errorf("of %s this is not known: %q", expr, got)
		}
	}
	all := alerts(t)
	if len(all) < 25 {
		t.Errorf("only %d alerts", len(all))
	}
	for _, r := range all {
		if wrong, _ := known.unknowns(r.Expr); wrong != nil {
			t.Errorf("%s is about what there is not: %q", r.Alert, wrong)
		}
		if s := r.Labels["severity"]; s != "page" && s != "ticket" || r.Annotations["summary"] == "" {
			t.Errorf("%s: severity %q, summary %q", r.Alert, s, r.Annotations["summary"])
		}
	}
}

// The table at the end of the runbook tells the alerts of each metric, or why it has none.
func TestEveryMetricHasAnAlertOrAReasonForNone(t *testing.T) {
	t.Parallel()
	known, told := documented(t), map[string]string{}
	for _, row := range metricRows.FindAllStringSubmatch(runbook(t), -1) {
		told[row[1]] = row[2]
	}
	want := map[string][]string{}
	for _, r := range alerts(t) {
		_, about := known.unknowns(r.Expr)
		for _, name := range slices.Compact(slices.Sorted(slices.Values(about))) {
			want[name] = append(want[name], r.Alert)
		}
	}
	for name := range known.metrics {
		var links []string
		for _, alert := range want[name] {
			links = append(links, "["+alert+"](#"+strings.ToLower(alert)+")")
		}
		row := told[name]
		if links == nil && !strings.HasPrefix(row, "none: ") || links != nil && row != strings.Join(links, ", ") {
			t.Errorf("docs/runbook.md tells of the alerts of %s %q, and they are %v", name, row, want[name])
		}
		delete(told, name)
	}
	for name := range told {
		t.Errorf("docs/runbook.md has a row of %s, which is no metric", name)
	}
}

func runbook(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryAlertHasItsPageOfTheRunbook(t *testing.T) {
	t.Parallel()
	told := map[string]string{}
	for _, part := range strings.Split(runbook(t), "\n### ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		told[name] = text
	}
	for _, r := range alerts(t) {
		text, there := told[r.Alert]
		delete(told, r.Alert)
		for _, must := range []string{"**Means.** ", "**Look at.** ", "**Do.** ", "*" + r.Labels["severity"]} {
			if !there || !strings.Contains(text, must) {
				t.Errorf("docs/runbook.md has no %q of %s", must, r.Alert)
			}
		}
		if r.For != "" && !strings.Contains(text, "after "+r.For+"*") {
			t.Errorf("docs/runbook.md does not say that %s comes after %s", r.Alert, r.For)
		}
		if want := "docs/runbook.md#" + strings.ToLower(r.Alert); r.Annotations["runbook"] != want {
			t.Errorf("%s leads to %s", r.Alert, r.Annotations["runbook"])
		}
	}
	for name := range told {
		t.Errorf("docs/runbook.md tells of %s, and there is no such alert", name)
	}
	known := documented(t)
	for _, found := range metricNames.FindAllStringSubmatch(runbook(t), -1) {
		if _, there := known.metrics[strings.TrimSuffix(found[1], "_bucket")]; !there {
			t.Errorf("docs/runbook.md has one look at %s, which is no metric", found[1])
		}
	}
	for _, name := range regexp.MustCompile(`Waybill[A-Z][A-Za-z]+`).FindAllString(runbook(t), -1) {
		if !strings.Contains(runbook(t), "\n### "+name+"\n") {
			t.Errorf("docs/runbook.md leads to %s", name)
		}
	}
}
