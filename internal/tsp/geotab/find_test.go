package geotab_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// accepted is when the operation of the tests was accepted, as its id tells, in Geotab's form.
const accepted = "2025-11-24T12:12:29.312Z"

// finding is a Geotab that answers every search with the entities, which are JSON.
func finding(entities ...string) *stub {
	return &stub{answer: func(a asked) string {
		if !strings.HasPrefix(a.name, "Get ") {
			return ""
		}
		return `{"result":[` + strings.Join(entities, ",") + `],"jsonrpc":"2.0"}`
	}}
}

// expect looks for a write: want is the id that is found, "" for none, or "?" where nobody can tell.
func expect(t *testing.T, name string, s tsp.Session, w tsp.Write, want string) {
	t.Helper()
	id, found, err := s.(tsp.Finder).Find(t.Context(), w)
	var e *tsp.Error
	switch {
	case want == "?":
		if !errors.As(err, &e) || e.Class != tsp.Unknown || e.Message == "" || found {
			t.Errorf("%s: found = %v as %+v, %v", name, found, id, err)
		}
	case err != nil || found != (want != "") || found && string(id.SourceID) != want:
		t.Errorf("%s: found = %v as %+v, %v; want %q", name, found, id, err, want)
	}
}

const aMessage = `{"sender_id":"OURS","recipient_id":"OURS","message_text":"Dock 7"`

func TestAMessageIsFoundByEachMember(t *testing.T) {
	t.Parallel()
	const whole = `{"id":"m1","recipient":{"id":"b1"},"user":{"id":"b1"},"activeFrom":"` + accepted + `","messageContent":{"message":"Dock 7"}PARENT}`
	const reply = `,"parentMessage":{"id":"b1"}`
	for name, c := range map[string]struct {
		from, to string
		reply    bool
		want     string
	}{
		"it is there":                    {"", "", false, "m1"},
		"it is kept trimmed":             {"Dock 7", " Dock 7\\n", false, "m1"},
		"references come bare":           {`"user":{"id":"b1"}`, `"user":"b1"`, false, "m1"},
		"another recipient has it":       {`"recipient":{"id":"b1"}`, `"recipient":{"id":"b2"}`, false, ""},
		"another sender wrote it":        {`"user":{"id":"b1"}`, `"user":{"id":"b2"}`, false, ""},
		"nobody is told to have sent it": {`"user":{"id":"b1"},`, ``, false, ""},
		"it has another text":            {"Dock 7", "Dock 77", false, ""},
		"it has another mark":            {accepted, "2025-11-24T12:12:29.313Z", false, ""},
		"it is urgent":                   {`"message":"Dock 7"`, `"message":"Dock 7","urgent":true`, false, ""},
		"it answers something":           {"PARENT", reply, false, ""},
		"it is a reply":                  {"PARENT", reply, true, "m1"},
		"it should be a reply":           {"", "", true, ""},
		"it is a reply to another":       {"PARENT", `,"parentMessage":{"id":"b9"}`, true, ""},
	} {
		one := strings.ReplaceAll(whole, c.from, c.to)
		if c.from == "" {
			one = whole
		}
		body := aMessage
		if c.reply {
			body += `,"reply_to_message_id":"OURS"`
		}
		w := aWrite(t, resource.Create, resource.KindMessage, body+"}")
		expect(t, name, finding(strings.ReplaceAll(one, "PARENT", "")).session(t, "", nil), w, c.want)
	}
}

// TestAMessageThatNobodyHasFetchedIsFound has a Geotab whose search for what was sent, delivered or
// read since a time leaves out what waits.
func TestAMessageThatNobodyHasFetchedIsFound(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		switch {
		case a.name != "Get TextMessage":
			return ""
		case strings.Contains(a.body, `"modifiedSinceDate"`):
			return `{"result":[],"jsonrpc":"2.0"}`
		}
		return `{"result":[{"id":"m1","recipient":{"id":"b1"},"user":{"id":"b1"},"activeFrom":"` + accepted + `","messageContent":{"message":"Dock 7"}}],"jsonrpc":"2.0"}`
	}}
	expect(t, "it waits", server.session(t, "", nil), aWrite(t, resource.Create, resource.KindMessage, aMessage+"}"), "m1")
}

// TestAMessageIsFoundHoweverWrongOurClockIs has a Geotab that searches by its own clock.
func TestAMessageIsFoundHoweverWrongOurClockIs(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 4 * time.Minute, 20 * time.Minute, -20 * time.Minute, 5 * time.Hour, -5 * time.Hour} {
		server := &stub{ahead: ahead}
		server.answer = func(a asked) string {
			if a.name != "Get TextMessage" {
				return ""
			}
			var body struct {
				Params struct {
					Search struct {
						Since *time.Time `json:"modifiedSinceDate"`
					} `json:"search"`
				} `json:"params"`
			}
			made := time.Now().Add(ahead)
			if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Params.Search.Since == nil || made.Before(*body.Params.Search.Since) {
				return `{"result":[],"jsonrpc":"2.0"}`
			}
			return `{"result":[{"id":"m1","recipient":{"id":"b1"},"user":{"id":"b1"},"activeFrom":"` + accepted + `","messageContent":{"message":"Dock 7"}}],"jsonrpc":"2.0"}`
		}
		expect(t, fmt.Sprint(ahead), server.session(t, "", nil), aWrite(t, resource.Create, resource.KindMessage, aMessage+"}"), "m1")
	}
}

func TestADeviceIsFoundByItsNameAndItsMark(t *testing.T) {
	t.Parallel()
	const serial = `{"vehicle_name":"T-900","eld_serial_number":"g9abc"}`
	for name, c := range map[string]struct{ body, shown, want string }{
		"by its name":                             {aDevice, `{"id":"d1","name":"T-900","activeFrom":"` + accepted + `"}`, "d1"},
		"the name is kept trimmed":                {`{"vehicle_name":" T-900 "}`, `{"id":"d1","name":"T-900","activeFrom":"` + accepted + `"}`, "d1"},
		"one of its name was there":               {aDevice, `{"id":"d1","name":"T-900","activeFrom":"2020-01-01T00:00:00.000Z"}`, ""},
		"one of another name":                     {aDevice, `{"id":"d1","name":"T-9000","activeFrom":"` + accepted + `"}`, ""},
		"by its serial number":                    {serial, `{"id":"d1","name":"T-900","serialNumber":"G9ABC","activeFrom":"` + accepted + `"}`, "d1"},
		"one of its serial number was there":      {serial, `{"id":"d1","name":"other","serialNumber":"G9ABC","activeFrom":"2020-01-01T00:00:00.000Z"}`, ""},
		"one of both was there or is ours":        {serial, `{"id":"d1","name":"T-900","serialNumber":"G9ABC","activeFrom":"2020-01-01T00:00:00.000Z"}`, "?"},
		"one of its name and other serial number": {serial, `{"id":"d1","name":"T-900","serialNumber":"G9XYZ","activeFrom":"` + accepted + `"}`, ""},
	} {
		expect(t, name, finding(c.shown).session(t, "", nil), aWrite(t, resource.Create, resource.KindVehicle, c.body), c.want)
	}
}

func TestAnInspectionIsFoundByEachMember(t *testing.T) {
	t.Parallel()
	const whole = `{"id":"i1","driver":{"id":"b1"},"defectList":{"id":"b278A"},"dateTime":"2026-11-20T10:00:00.000Z","logType":"PreTrip","driverRemark":"tyres","certifyRemark":"seen","odometer":1234.5,"isSafeToOperate":false,"dVIRDefects":[{"defect":{"id":"p1"}}]}`
	body := `{"driver_id":"OURS","vehicle_id":"OURS","occurred_at":"2026-11-20T10:00:00Z","log_type":"pre_trip","driver_comment":" tyres ","certify_comment":"seen",
		"odometer":1234.5,"odometer_unit":"meters","is_safety_critical":true,"defects":["brakes"]}`
	for name, c := range map[string]struct{ from, to, want string }{
		"it is there":                {"", "", "i1"},
		"another driver's":           {`"driver":{"id":"b1"}`, `"driver":{"id":"b2"}`, ""},
		"another time":               {"10:00:00.000Z", "10:00:00.500Z", ""},
		"another type":               {"PreTrip", "PostTrip", ""},
		"another list of defects":    {"b278A", "b9", ""},
		"another remark":             {"tyres", "brakes", ""},
		"another certification":      {"seen", "repaired", ""},
		"the list is not told":       {`"defectList":{"id":"b278A"},`, "", "i1"},
		"no remark where one is":     {`"driverRemark":"tyres",`, "", ""},
		"the list comes bare":        {`{"id":"b278A"}`, `"b278A"`, "i1"},
		"it is kept in whole metres": {"1234.5", "1234", "i1"},
		"another odometer":           {"1234.5", "1300", ""},
		"no odometer":                {`,"odometer":1234.5`, "", ""},
		"it is safe":                 {`"isSafeToOperate":false`, `"isSafeToOperate":true`, ""},
		"nobody says it is unsafe":   {`,"isSafeToOperate":false`, "", ""},
		"a defect more":              {`"dVIRDefects":[`, `"dVIRDefects":[{"defect":{"id":"d2"}},`, ""},
		"no defect":                  {`,"dVIRDefects":[{"defect":{"id":"p1"}}]`, "", ""},
		"another defect":             {`"p1"`, `"p2"`, ""},
		"as the pages print it":      {"dVIRDefects", "dvirDefects", "i1"},
		"the time is of more form":   {"10:00:00.000Z", "10:00:00Z", "i1"},
	} {
		shown := whole
		if c.from != "" {
			shown = strings.ReplaceAll(whole, c.from, c.to)
		}
		s := inspected(shown)
		expect(t, name, s.session(t, "", tsp.Settings{"defect_list_id": "b278A"}), aWrite(t, resource.Create, resource.KindDvirLog, body), c.want)
	}
}

// inspected is a Geotab with the inspections, whose list has a part for all defects.
func inspected(logs ...string) *stub {
	s := finding(logs...)
	find := s.answer
	s.answer = func(a asked) string {
		if a.name == "Get Group" {
			return `{"result":[{"id":"b278A","name":"Our list","children":[{"id":"p1"}]},{"id":"p1","name":"Other","children":[]}],"jsonrpc":"2.0"}`
		}
		return find(a)
	}
	return s
}

// TestAnInspectionOfAnotherOperationIsKnownByItsID has inspections that are equal in every member.
func TestAnInspectionOfAnotherOperationIsKnownByItsID(t *testing.T) {
	t.Parallel()
	const one = `{"id":"i1","driver":{"id":"b1"},"defectList":{"id":"b278A"},"dateTime":"2026-11-20T10:00:00.000Z","logType":"Unknown"}`
	const body = `{"driver_id":"OURS","vehicle_id":"OURS","occurred_at":"2026-11-20T10:00:00Z"}`
	w := aWrite(t, resource.Create, resource.KindDvirLog, body)
	w.SentAt = time.Now().Add(-time.Hour)
	rival := tsp.Rival{Capability: w.Capability, Payload: w.Payload, Refs: w.Refs, SourceID: "i1", Certain: true,
		SentAt: w.SentAt.Add(-time.Minute), EndedAt: w.SentAt.Add(-time.Minute)}
	nameless, other := rival, rival
	nameless.SourceID, nameless.Certain = "", false
	underWay := nameless
	underWay.UnderWay = true
	other.SourceID = "i9"
	other.Payload = aWrite(t, resource.Create, resource.KindDvirLog, `{"driver_id":"OURS","vehicle_id":"OURS","occurred_at":"2026-11-20T10:00:01Z"}`).Payload
	unmarked := rival
	unmarked.Payload = aWrite(t, resource.Create, resource.KindDvirLog, `{"driver_id":"OURS","vehicle_id":"OURS"}`).Payload
	unmarked.Operation = idAt(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	for name, c := range map[string]struct {
		logs   []string
		rivals []tsp.Rival
		want   string
	}{
		"nobody else wrote one":           {[]string{one}, nil, "i1"},
		"another is of that moment":       {[]string{one}, []tsp.Rival{unmarked}, ""},
		"another operation's is there":    {[]string{one}, []tsp.Rival{rival}, ""},
		"ours is there beside it":         {[]string{one, strings.ReplaceAll(one, "i1", "i2")}, []tsp.Rival{rival}, "i2"},
		"another one has no answer":       {[]string{one}, []tsp.Rival{nameless}, "?"},
		"neither has, and both are there": {[]string{one, strings.ReplaceAll(one, "i1", "i2")}, []tsp.Rival{nameless}, "i1"},
		"another one is under way":        {[]string{one, strings.ReplaceAll(one, "i1", "i2")}, []tsp.Rival{underWay}, "?"},
		"another one is of another time":  {[]string{one}, []tsp.Rival{other}, "i1"},
	} {
		w.Rivals = func(context.Context, time.Time) ([]tsp.Rival, error) { return c.rivals, nil }
		expect(t, name, inspected(c.logs...).session(t, "", tsp.Settings{"defect_list_id": "b278A"}), w, c.want)
	}
}

const aPurchase = `{"driver_id":"OURS","vehicle_id":"OURS","fuel_volume":10,"fuel_volume_unit":"LITER"}`

func TestAPurchaseIsFoundByItsReference(t *testing.T) {
	t.Parallel()
	const ours, other = `{"id":"f1","externalReference":"019ab5c7-9d00-7abc-8def-0a1b2c3d4e5f"}`, `{"id":"f2","externalReference":"019ab5c7-9d00-7abc-8def-0a1b2c3d4e60"}`
	for shown, want := range map[string]string{ours: "f1", other: "", other + "," + ours: "f1", "": ""} {
		expect(t, shown, finding(shown).session(t, "", nil), aWrite(t, resource.Create, resource.KindFuelTransaction, aPurchase), want)
	}
}

func TestASearchThatIsCutOffTellsNothing(t *testing.T) {
	t.Parallel()
	full := strings.TrimSuffix(strings.Repeat(`{"id":"x"},`, 500), ",")
	for kind, body := range map[resource.Kind]string{resource.KindVehicle: aDevice, resource.KindFuelTransaction: aPurchase, resource.KindMessage: aMessage + "}",
		resource.KindUser: `{"first_name":"A","last_name":"B","username":"ab"}`} {
		expect(t, string(kind), finding(full).session(t, "", nil), aWrite(t, resource.Create, kind, body), "?")
	}
}

// TestARefusalThatNamesTheOperationIsLookedFor has a Geotab that has taken an earlier attempt.
func TestARefusalThatNamesTheOperationIsLookedFor(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]tsp.Class{
		"a transaction with externalReference 019AB5C7-9D00-7ABC-8DEF-0A1B2C3D4E5F exists": tsp.Unknown,
		"an entity with these properties exists already":                                   tsp.Rejected,
	} {
		server := &stub{answer: func(a asked) string {
			switch a.name {
			case "Add FuelTransaction", "Add Device":
				return thrown("DuplicateException", said)
			case "Get FuelTransaction":
				return `{"result":[],"jsonrpc":"2.0"}`
			}
			return ""
		}}
		for kind, body := range map[resource.Kind]string{resource.KindVehicle: aDevice, resource.KindFuelTransaction: aPurchase} {
			if _, err := server.writes(t, resource.Create, kind, body); ended(t, err).Class != want {
				t.Errorf("%s of %q: the end is %v, want %s", kind, said, err, want)
			}
		}
	}
}

// idAt is the id of an operation that was accepted at a time.
func idAt(at time.Time) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|0x7000)
	id[8] = 0x80
	return id
}
