package operation

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestWhatWaitedInADatabaseThatWasPutBackIsNotTakenForUnsent(t *testing.T) {
	t.Parallel()
	backup, before := noon().Add(-time.Hour), noon().Add(-2*time.Hour)
	for _, c := range []struct {
		says   string
		stored Operation
		want   State
		sent   time.Time
		event  bool
	}{
		{"a create that waited", Operation{State: Queued, Verb: resource.Create}, Unknown, backup, false},
		{"a create that was refused for now", Operation{State: Retry, Verb: resource.Create, SentAt: before, Tries: 1}, Unknown, backup, false},
		{"a create that was being sent", Operation{State: Sending, Verb: resource.Create, SentAt: before}, Unknown, before, false},
		{"a create of unknown outcome", Operation{State: Unknown, Verb: resource.Create, SentAt: before, Tries: 1}, Unknown, before, false},
		{"an update that waited", Operation{State: Queued, Verb: resource.Update}, Failed, backup, true},
		{"an update that was refused for now", Operation{State: Retry, Verb: resource.Update, SentAt: before, Tries: 1}, Failed, backup, true},
		{"an update of unknown outcome", Operation{State: Unknown, Verb: resource.Update, SentAt: before, Tries: 1}, Failed, before, true},
		{"a sync create", Operation{State: Sending, Verb: resource.Create, Sync: true, SentAt: before}, Failed, before, false},
		{"a sync create of unknown outcome", Operation{State: Unknown, Verb: resource.Create, Sync: true, SentAt: before, Tries: 1}, Failed, before, false},
		{"a sync update", Operation{State: Sending, Verb: resource.Update, Sync: true, SentAt: before}, Failed, before, false},
	} {
		c.stored.ID = uuid.New()
		for n := range c.stored.Tries {
			c.stored.Attempts = append(c.stored.Attempts, Attempt{N: n + 1})
		}
		s, changes, err := c.stored.Restored(backup, noon())
		op := s.Operation
		if err != nil || !changes || op.State != c.want || !op.SentAt.Equal(c.sent) || !op.UpdatedAt.Equal(noon()) ||
			!op.NextAt.Equal(noon()) || !op.CutAt.Equal(noon()) || s.From != c.stored.Tries || op.Tries != c.stored.Tries+1 || op.Counted != 0 {
			t.Errorf("%s: %v, %+v, %v", c.says, changes, s, err)
			continue
		}
		if len(s.Attempts) != 1 || s.Attempts[0].N != c.stored.Tries+1 || len(op.Attempts) != c.stored.Tries+1 ||
			!strings.Contains(s.Attempts[0].Details, "backup of 2026-03-04T11:00:00Z") ||
			strings.HasPrefix(s.Attempts[0].Details, "outcome unknown") != (c.want == Failed) {
			t.Errorf("%s: its log is %+v", c.says, s.Attempts)
		}
		if told := len(s.Events) == 1 && s.Events[0].Name == event.OperationFailed; told != c.event {
			t.Errorf("%s: it raises %+v", c.says, s.Events)
		}
	}
}

func TestARestoreIsTakenCareOfOnce(t *testing.T) {
	t.Parallel()
	once, changes, err := Operation{State: Queued, Verb: resource.Create}.Restored(noon(), noon())
	if !changes || err != nil {
		t.Fatal(changes, err)
	}
	if s, changes, err := once.Operation.Restored(noon(), noon().Add(time.Minute)); changes || err != nil {
		t.Errorf("again: %+v, %v", s, err)
	}
	if _, changes, err := once.Operation.Restored(noon().Add(time.Hour), noon().Add(2*time.Hour)); !changes || err != nil {
		t.Errorf("from a later backup: %v, %v", changes, err)
	}
	for _, ended := range []State{Succeeded, Failed} {
		if _, changes, err := (Operation{State: ended}).Restored(noon(), noon()); changes || err == nil {
			t.Errorf("%s: %v, %v", ended, changes, err)
		}
	}
}
