package cli

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// when is a moment that a person gives: a time, or how long ago.
type when struct {
	at  time.Time
	ago time.Duration
	set bool
}

// UnmarshalText reads a time of RFC 3339, or a length such as 90s, 2h or 7d.
func (w *when) UnmarshalText(text []byte) error {
	given := string(text)
	w.set = true
	if t, err := time.Parse(time.RFC3339, given); err == nil {
		w.at = t
		return nil
	}
	if days, ok := strings.CutSuffix(given, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 10_000 {
			w.ago = time.Duration(n) * 24 * time.Hour
			return nil
		}
	}
	d, err := time.ParseDuration(given)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time; give how long ago, such as 90s, 2h or 7d, or a time such as 2026-01-15T08:00:00Z", given)
	}
	w.ago = d
	return nil
}

// time is the moment; zero if none was given.
func (w when) time(now time.Time) time.Time {
	if w.ago > 0 {
		return now.Add(-w.ago)
	}
	return w.at
}

// which are the filters that lists and jobs of operations have in common.
type which struct {
	Connection string   `help:"Of this connection: its id, or its TSP where you have one there." placeholder:"ID"`
	TSP        string   `name:"tsp" help:"At this TSP, such as samsara." placeholder:"NAME"`
	Kind       string   `help:"Of this kind, such as message." placeholder:"KIND"`
	Verb       string   `help:"create or update." enum:",create,update" default:"" placeholder:"VERB"`
	FleetRef   []string `help:"Of the fleet that you call so; repeat for several." sep:"none" placeholder:"REF"`
	ResourceID string   `help:"Of the record with this id." placeholder:"ID"`
	SourceID   string   `help:"Of the record with this id at the TSP; needs --kind." placeholder:"ID"`
	Since      when     `help:"Accepted since then: 90s, 2h, 7d, or a time." placeholder:"WHEN"`
	Until      when     `help:"Accepted until then." placeholder:"WHEN"`
}

// kindOf is a kind as the wire has it: people may write fuel-transaction.
func kindOf(text string) string { return strings.ReplaceAll(text, "-", "_") }

// members are the filters as a job takes them; none if none was given.
func (w which) members(now time.Time) map[string]any {
	all := map[string]any{}
	for name, value := range map[string]string{"connection_id": w.Connection, "source_name": w.TSP, "resource": kindOf(w.Kind),
		"operation": w.Verb, "resource_id": w.ResourceID, "source_id": w.SourceID} {
		if value != "" {
			all[name] = value
		}
	}
	if len(w.FleetRef) > 0 {
		all["fleet_refs"] = w.FleetRef
	}
	for name, moment := range map[string]when{"from_datetime": w.Since, "to_datetime": w.Until} {
		if moment.set {
			all[name] = instant(moment.time(now))
		}
	}
	return all
}

// query are the filters as a list takes them.
func (w which) query(now time.Time) url.Values {
	q := url.Values{}
	for name, value := range w.members(now) {
		switch v := value.(type) {
		case string:
			q.Set(name, v)
		case []string:
			q[name] = v
		}
	}
	return q
}
