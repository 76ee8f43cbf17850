package record_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestALaterWriteClearsWhatStoodBesideTheReadModel(t *testing.T) {
	t.Parallel()
	r := write(t, fresh(resource.KindUser), `{"username":"u","hos_compliance_type":"exempt"}`)
	if got := read(t, r)["extras"]; got == nil {
		t.Fatal("nothing stands beside the model")
	}
	r = write(t, r, `{"hos_compliance_type":null}`)
	if got := read(t, r); got["extras"] != nil || got["username"] != "u" || string(r.Extras) != "{}" {
		t.Errorf("%v, and %s", got["extras"], r.Extras)
	}
}

func TestADroppedFieldIsNoneOfTheRecordWhateverItsKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind    resource.Kind
		payload string
		dropped []string
		absent  []string
	}{
		{resource.KindDvirLog, `{"driver_comment":"rust"}`, []string{"driver_comment"}, []string{"driver_comment", "extras"}},
		{resource.KindVehicle, `{"notes":"rust"}`, []string{"notes"}, []string{"notes", "extras"}},
		{resource.KindMessage, `{"sender_id":"` + alice + `","source_sender_id":"v7","priority":"high","message_text":"hi"}`,
			[]string{"sender_id", "priority"}, []string{"sender_id", "source_sender_id", "extras"}},
		{resource.KindFuelTransaction, `{"co_driver_id":"` + alice + `","source_co_driver_id":"9","latitude":1,"longitude":2,"odometer":3,"odometer_unit":"miles"}`,
			[]string{"co_driver_id", "latitude", "longitude", "odometer", "odometer_unit"},
			[]string{"co_driver_id", "source_co_driver_id", "location", "odometer", "extras"}},
	} {
		got := read(t, write(t, fresh(c.kind), c.payload, c.dropped...))
		for _, member := range c.absent {
			if got[member] != nil {
				t.Errorf("%s of a %s is %v, and the TSP never got it", member, c.kind, got[member])
			}
		}
	}
}

func TestADroppedItemOfAListIsNoneOfTheRecord(t *testing.T) {
	t.Parallel()
	got := read(t, write(t, fresh(resource.KindDvirLog), `{"defects":["horn","doors","horn"]}`, "defects[2]"))
	if diff := cmp.Diff([]any{"horn", "doors"}, got["defects"]); diff != "" || got["defect_count"] != 2.0 {
		t.Errorf("%v defects (-want +got):\n%s", got["defect_count"], diff)
	}
	got = read(t, write(t, fresh(resource.KindGroupMessage), `{"recipient_ids":["`+alice+`","`+bob+`","`+alice+`"],
		"source_recipient_ids":["1","2","1"]}`, "recipient_ids[0]", "recipient_ids[2]"))
	if diff := cmp.Diff([]any{[]any{bob}, []any{"2"}}, []any{got["recipient_ids"], got["source_recipient_ids"]}); diff != "" {
		t.Error(diff)
	}
}

func TestALogHappenedWhenItsWriteSaysOrElseWhenItWasSettled(t *testing.T) {
	t.Parallel()
	told := time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)
	for _, c := range []struct {
		kind    resource.Kind
		payload string
		want    time.Time
	}{
		{resource.KindDvirLog, `{"occurred_at":"2026-01-02T04:04:05.6789019+01:00"}`, told},
		{resource.KindFuelTransaction, `{"transaction_time":"2026-01-02T03:04:05.678901Z"}`, told},
		{resource.KindFuelTransaction, `{"transaction_time":null}`, settledAt()},
		{resource.KindMessage, `{"message_text":"hi"}`, settledAt()},
		{resource.KindVehicle, `{"occurred_at":"2026-01-02T03:04:05Z"}`, time.Time{}},
	} {
		if r := write(t, fresh(c.kind), c.payload); !r.OccurredAt.Equal(c.want) || !r.SeenAt.Equal(settledAt()) {
			t.Errorf("%s of %s happened at %v, as of %v", c.payload, c.kind, r.OccurredAt, r.SeenAt)
		}
	}
}

func TestAnAssociationThatIsWrittenWithoutAnEndGoesOn(t *testing.T) {
	t.Parallel()
	const begun = `"driver_id":"` + alice + `","started_at":"2026-01-15T06:00:00Z"`
	r := write(t, fresh(resource.KindDriverVehicleAssociation), `{`+begun+`,"ended_at":"2026-01-15T14:30:00Z"}`)
	if got := read(t, r)["ended_at"]; got != "2026-01-15T14:30:00Z" {
		t.Fatalf("it ends at %v", got)
	}
	for _, again := range []string{`{` + begun + `}`, `{` + begun + `,"ended_at":null}`} {
		if got := read(t, write(t, r, again)); got["ended_at"] != nil || got["driver_id"] != alice {
			t.Errorf("after %s it is %v", again, got)
		}
	}
}

func TestDefectsAreCountedUnlessTheWriteSaysHowMany(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]any{
		`{"defects":["horn","doors"]}`:                     2.0,
		`{"defects":["horn","doors"],"defect_count":null}`: 2.0,
		`{"defects":["horn"],"defect_count":3}`:            3.0,
		`{"defects":null}`:                                 0.0,
	} {
		if got := read(t, write(t, fresh(resource.KindDvirLog), payload))["defect_count"]; got != want {
			t.Errorf("%s has %v", payload, got)
		}
	}
}

func TestMoneyIsReadDigitByDigit(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]any{"12.340": "12.340", `"+007.50"`: "+007.50", "-3": "-3", "1.5e2": "150",
		"25e-2": "0.25",
		"null":  nil, `"1e5"`: nil, `"."`: nil} {
		if got := read(t, write(t, fresh(resource.KindFuelTransaction), `{"total_cost":`+given+`}`))["total_cost"]; got != want {
			t.Errorf("%s is read as %v", given, got)
		}
	}
}

func TestListsAreNarrowedByIDsInTheirUsualForm(t *testing.T) {
	t.Parallel()
	r := fresh(resource.KindMessage)
	r.Fields = []byte(`{"sender_id":"0B7C1F9E-5F7C-4D0E-9A51-6A8C0B4A1F01","recipient_id":"nobody",
		"source_sender_id":"9","source_recipient_id":null,"message_text":"hi"}`)
	got, err := r.References()
	if diff := cmp.Diff(map[string]string{"sender_id": alice, "source_sender_id": "9"}, got); diff != "" ||
		err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := fresh(resource.KindVehicle).References(); got != nil || err != nil {
		t.Errorf("a vehicle has %v, %v", got, err)
	}
}

func TestARecordThatIsNotOursCannotBeWrittenOrRead(t *testing.T) {
	t.Parallel()
	for says, spoil := range map[string]func(*record.Record, *record.Write){
		"its payload":          func(_ *record.Record, w *record.Write) { w.Payload = []byte("[") },
		"its fields":           func(r *record.Record, _ *record.Write) { r.Fields = []byte("[]") },
		"its extras":           func(r *record.Record, _ *record.Write) { r.Extras = []byte("7") },
		"what is no JSON text": func(r *record.Record, _ *record.Write) { r.Fields = []byte("{") },
	} {
		r, w := fresh(resource.KindMessage), record.Write{Payload: []byte(`{}`), At: settledAt()}
		spoil(&r, &w)
		if got, err := r.Written(w); err == nil {
			t.Errorf("%s is spoilt, and the record is %+v", says, got)
		}
		_, err := r.Read("", false)
		if broken := says != "its payload"; broken != (err != nil) {
			t.Errorf("%s is spoilt, and read with %v", says, err)
		}
	}
}

func TestARecordsIDFollowsFromWhatIdentifiesItAlone(t *testing.T) {
	t.Parallel()
	first := fresh(resource.KindVehicle).Identify().ID
	for says, c := range map[string]struct {
		change func(*record.Record)
		same   bool
	}{
		"the connection": {func(r *record.Record) { r.Connection = uuid.UUID{} }, true},
		"the fields":     {func(r *record.Record) { r.Fields = []byte(`{"vin":"V"}`) }, true},
		"the fleet":      {func(r *record.Record) { r.Fleet = uuid.UUID{} }, false},
		"the TSP":        {func(r *record.Record) { r.TSP = "acme" }, false},
		"the account":    {func(r *record.Record) { r.Account = "b" }, false},
		"the collection": {func(r *record.Record) { r.Collection = "d" }, false},
		"the source id":  {func(r *record.Record) { r.SourceID = "8" }, false},
		"where one ends": {func(r *record.Record) { r.Collection, r.SourceID = "", "c7" }, false},
	} {
		r := fresh(resource.KindVehicle)
		c.change(&r)
		if same := r.Identify().ID == first; same != c.same {
			t.Errorf("with another of %s the id is the same: %t", says, same)
		}
	}
}
