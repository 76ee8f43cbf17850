package console

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

func TestATimeIsToldByHowFarAwayItIs(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{-2 * time.Second: "2 s ago", -89 * time.Second: "89 s ago", -90 * time.Second: "1 min ago",
		-59 * time.Minute: "59 min ago", -23 * time.Hour: "23 h ago", -30 * time.Hour: "1 day ago", -72 * time.Hour: "3 days ago",
		400 * time.Millisecond: "0 s ago", 51 * time.Second: "in 51 s", 2 * time.Minute: "in 2 min"} {
		if got := ago(now, now.Add(d)); got != want {
			t.Errorf("%s away: %q, want %q", d, got, want)
		}
	}
	if got := string(when(now, now.Add(-8*24*time.Hour))); !strings.Contains(got, ">24 Feb 2026<") || !strings.Contains(got, `title="2026-02-24 12:00:00.000 UTC"`) {
		t.Errorf("a week ago and more: %s", got)
	}
}

func TestNoCellOfAFileIsAFormula(t *testing.T) {
	for cell, want := range map[string]string{"=1+1": "'=1+1", "@a": "'@a", "-1": "'-1", "+1": "'+1", "Truck 1": "Truck 1", "": ""} {
		if got := plain(cell); got != want {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
}

func TestNumbersHaveCommas(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 2184: "2,184", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestNumbersOfPayloadsPassThroughNoFloat(t *testing.T) {
	op := operation.Operation{Kind: resource.KindVehicle, Verb: resource.Create,
		Payload: []byte(`{"connection_id":"a5767cb9-588f-5aa0-92f3-895478f1d180","odometer_meters":9007199254740993,"vehicle_name":"<b>"}`)}
	all := given(op)
	if len(all) != 2 || string(all[0].Value) != "9007199254740993" || nameIn(all) != "<b>" {
		t.Errorf("given: %v", all)
	}
	if text := pretty(`{"n":9007199254740993}`); !strings.Contains(text, "9007199254740993") {
		t.Errorf("pretty: %s", text)
	}
}

func TestWhatTSPsSayIsTextAndSecretsAreBoxes(t *testing.T) {
	if got := boxed(`<script> "` + wire.Mask + `"`); got != `&lt;script&gt; &#34;<span class="hidden">redacted</span>&#34;` {
		t.Errorf("boxed: %s", got)
	}
}

func TestAVisitorIsLedBackIntoTheConsoleAlone(t *testing.T) {
	for path, want := range map[string]string{"/console/operations?state=failed": "/console/operations?state=failed", "//evil.example/console/": Root,
		"https://evil.example": Root, "/console/\r\nSet-Cookie: a": Root, "": Root, "/v2/telematics": Root} {
		if got := back(path); got != want {
			t.Errorf("%q leads to %q", path, got)
		}
	}
}

func TestWhatEndedAfterTriesIsNotSaidToBeUnsent(t *testing.T) {
	t.Parallel()
	registry, err := tsp.NewRegistry(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range []operation.Reason{operation.Cancelled, operation.Expired} {
		for _, tried := range []bool{false, true} {
			op := written()
			op.Reason, op.ExpiresAt, op.Tries = reason, noon(), 1
			op.Attempts[0].Class, op.Attempts[0].Status = "", 0
			if tried {
				op.Tries = 2
				op.Attempts = append([]operation.Attempt{{N: 1, Class: tsp.Unavailable, Status: 503}}, op.Attempts...)
			}
			n := &namer{Console: &Console{}}
			n.TSPs = registry
			text := n.why(op).Text + n.verdict(op, false).Title
			if strings.Contains(text, "sent") == tried || strings.Contains(text, "tr") != tried {
				t.Errorf("%s, tried %t: %s", reason, tried, text)
			}
		}
	}
}

// A write of several steps may fail behind the first: to send the whole again would make a second record.
func TestAWriteOfWhichAPartWasAppliedIsNotSaidToHaveDoneNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []operation.State{operation.Failed, operation.Queued, operation.Retry} {
		d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Operator, Payloads: true}, partly: true}
		d.op.State = state
		text := d.ask(t, operationPath(d.op.ID), nil).Body.String()
		if strings.Contains(text, noPart) || !strings.Contains(text, onePart) {
			t.Errorf("%s: it is not said that a part was applied", state)
		}
		if barred := strings.Contains(text, "would be sent twice"); barred != (state == operation.Failed) {
			t.Errorf("%s: that the whole may be retried as it is: %t", state, !barred)
		}
	}
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Operator, Payloads: true}}
	if text := d.ask(t, operationPath(d.op.ID), nil).Body.String(); !strings.Contains(text, noPart) || strings.Contains(text, "sent twice") {
		t.Error("of a write that was refused whole it is not said that nothing was applied")
	}
}
