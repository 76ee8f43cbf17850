package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

const (
	vehicles = "/v2/telematics/vehicles"
	users    = "/v2/telematics/users"
)

// list is an answer of a list of records.
type list struct {
	Items    []map[string]any `json:"items"`
	Total    int              `json:"total"`
	Next     string           `json:"next_page"`
	Previous string           `json:"previous_page"`
}

func (l list) ids() []string {
	var all []string
	for _, i := range l.Items {
		all = append(all, i["id"].(string))
	}
	return all
}

// list reads a page that must be there.
func (h *house) list(path string, query ...string) list {
	h.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	a := h.do("GET", path+"?"+q.Encode(), "")
	var out list
	if err := json.Unmarshal([]byte(a.text), &out); err != nil || a.status != http.StatusOK {
		h.t.Fatalf("%s: %d %s %v", path, a.status, a.text, err)
	}
	return out
}

// wrote sends a write that must succeed and returns the id of its record.
func (h *house) wrote(path, members string) string {
	h.t.Helper()
	a := h.do("POST", path, fmt.Sprintf(`{"connection_id":"%s",%s}`, h.ids.Connection, members))
	if a.status != http.StatusAccepted {
		h.t.Fatalf("%s: %d %s", path, a.status, a.text)
	}
	end := h.ended(a.field("id"))
	if end.field("status") != "success" {
		h.t.Fatalf("%s: %s", path, end.text)
	}
	return end.field("resource_id")
}

func TestEveryKindIsReadBackAfterItsWrite(t *testing.T) {
	t.Parallel()
	h := open(t)
	people := fmt.Sprintf(`"sender_id":"%s"`, h.ids.Sender)
	trip := fmt.Sprintf(`"driver_id":"%s","vehicle_id":"%s"`, h.ids.Recipient, h.ids.Vehicle)
	recipient := h.do("GET", users+"/"+h.ids.Recipient.String(), "")
	for _, c := range []struct {
		path, members string
		want          map[string]any
	}{
		{vehicles, `"vehicle_name":"Truck 77","vin":"1FUJGLDR0CSBR1234"`, map[string]any{"vehicle_name": "Truck 77"}},
		{"/v2/telematics/trailers", `"trailer_name":"Trailer 77"`, map[string]any{"trailer_name": "Trailer 77"}},
		{users, `"first_name":"Ada","last_name":"Byron","username":"ada.byron","is_driver":true`,
			map[string]any{"first_name": "Ada", "is_driver": true}},
		{messages, people + fmt.Sprintf(`,"recipient_id":"%s","message_text":"hi","priority":"high"`, h.ids.Recipient),
			map[string]any{"message_text": "hi", "status": "sent", "recipient_id": h.ids.Recipient.String(), "sender_id": nil,
				"source_sender_id": nil, "recipient_name": recipient.field("first_name") + " " + recipient.field("last_name")}},
		{"/v2/telematics/group-messages", people +
			fmt.Sprintf(`,"recipient_ids":["%s"],"message_text":"all"`, h.ids.Recipient),
			map[string]any{"message_text": "all", "recipient_ids": []any{h.ids.Recipient.String()}}},
		{"/v2/telematics/dvir-logs", trip + `,"log_type":"mechanic","is_safety_critical":false`,
			map[string]any{"log_type": "mechanic", "defect_count": 0.0}},
		{"/v2/telematics/fuel-transactions", trip + `,"fuel_volume":20,"fuel_volume_unit":"LITER","fuel_type":"DIESEL",
			"total_cost":"40.10","currency":"USD","latitude":30.2,"longitude":-97.7,"transaction_time":"` +
			time.Now().UTC().Add(-time.Hour).Format(time.RFC3339) + `"`,
			map[string]any{"fuel_volume": 20.0, "total_cost": "40.10", "odometer_unit": "m"}},
	} {
		h.readBack(c.path, c.members, c.want)
	}
}

// readBack writes a record and tells whether lists show it with some of its members.
func (h *house) readBack(path, members string, shown map[string]any) {
	h.t.Helper()
	a := h.do("POST", path, fmt.Sprintf(`{"connection_id":"%s",%s}`, h.ids.Connection, members))
	if a.status == http.StatusNotImplemented {
		h.t.Logf("Samsara has no %s", path)
		return
	}
	end := h.ended(a.field("id"))
	if end.field("status") != "success" {
		h.t.Errorf("%s: %s", path, end.text)
		return
	}
	var found map[string]any
	for _, item := range h.list(path, "size", "1000", "include_source_data", "true").Items {
		if item["id"] == end.field("resource_id") {
			found = item
		}
	}
	for name, want := range shown {
		if fmt.Sprint(found[name]) != fmt.Sprint(want) {
			h.t.Errorf("%s: %s is %v, want %v", path, name, found[name], want)
		}
	}
	if found["fleet_ref"] != demo.FleetRef || found["source_data"] == nil ||
		found["connection_id"] != h.ids.Connection.String() {
		h.t.Errorf("%s: %v", path, found)
	}
}

// payloads are written payloads of every kind, with a value for each field that says something.
func payloads(driver, vehicle string) map[resource.Kind]string {
	return map[resource.Kind]string{
		resource.KindVehicle: `{"vehicle_name":"T","oem":"O","model_year":2024,"is_active":true,"status":"IN_USE","total_axles":3,"engine_type":"DIESEL"}`,
		resource.KindTrailer: `{"trailer_name":"T","trailer_length":53.5,"status":"any"}`,
		resource.KindUser: `{"username":"u","is_driver":true,"license_expiration":"2027-01-31","hos_ruleset_code":"US_INT_PROP_70_8",
			"default_time_zone":"America/Chicago","allow_yard_move":false,"hos_compliance_type":"exempt"}`,
		resource.KindMessage:      fmt.Sprintf(`{"sender_id":%q,"recipient_id":%[1]q,"message_text":"hi","priority":"low","source_sender_id":"1"}`, driver),
		resource.KindGroupMessage: fmt.Sprintf(`{"sender_id":%q,"recipient_ids":[%[1]q],"message_text":"hi","source_recipient_ids":["1"]}`, driver),
		resource.KindDvirLog: fmt.Sprintf(`{"driver_id":%q,"vehicle_id":%q,"log_type":"pre_trip","defects":["horn"],"odometer":7,
			"odometer_unit":"miles","is_safety_critical":true}`, driver, vehicle),
		resource.KindFuelTransaction: fmt.Sprintf(`{"driver_id":%q,"vehicle_id":%q,"latitude":30.1,"longitude":-97.2,"odometer":7,"odometer_unit":"meters",
			"fuel_type":"DIESEL","fuel_volume":5,"fuel_volume_unit":"IMPERIAL_GALLON","total_cost":7.10,"currency":"USD"}`, driver, vehicle),
		resource.KindDriverVehicleAssociation: fmt.Sprintf(`{"driver_id":%q,"vehicle_id":%q,"started_at":%q,"ended_at":%[3]q}`, driver,
			vehicle, time.Now().UTC().Format(time.RFC3339)),
	}
}

func TestEveryKindIsReadFromTheStoreInTheContractsForm(t *testing.T) {
	t.Parallel()
	h := open(t)
	all := payloads(h.ids.Recipient.String(), h.ids.Vehicle.String())
	if len(all) != len(resource.Kinds()) {
		t.Errorf("%d kinds of %d are read", len(all), len(resource.Kinds()))
	}
	for kind, payload := range all {
		r := record.Record{Kind: kind, Fleet: demo.ID(demo.FleetRef), TSP: "samsara", Account: "a", Collection: string(kind),
			Connection: h.ids.Connection, SourceID: record.Synthetic(uuid.New()), Synthetic: true, Fields: []byte("{}"),
			Source: []byte("{}")}
		r, err := r.Written(record.Write{Payload: []byte(payload), At: time.Now().UTC()})
		if err != nil {
			t.Fatal(err)
		}
		r = r.Identify()
		if _, err := h.db.SaveRecords(t.Context(), []record.Record{r}); err != nil {
			t.Fatal(err)
		}
		// The house holds every answer against the document.
		page := h.list("/v2/telematics/"+kind.Facts().Plural, "include_source_data", "true", "sort_order", "desc", "sort_by", "created_at", "size", "100")
		// Imports make records meanwhile.
		at := slices.Index(page.ids(), r.ID.String())
		if at < 0 {
			t.Fatalf("%s: %v", kind, page.ids())
		}
		for _, m := range record.ModelOf(kind).Members {
			if _, there := page.Items[at][m.Name]; !there {
				t.Errorf("%s: %s is not there", kind, m.Name)
			}
		}
		if extras, _ := page.Items[at]["extras"].(map[string]any); extras["synthetic_source_id"] != true {
			t.Errorf("%s: extras are %v", kind, extras)
		}
	}
}

func TestAListIsPagedFilteredAndSortedAsAsked(t *testing.T) {
	t.Parallel()
	h := open(t)
	all := h.list(vehicles)
	if all.Total != len(all.Items) || all.Total < 3 || all.Next != "" {
		t.Fatalf("%d of %d vehicles, next %q", len(all.Items), all.Total, all.Next)
	}
	for _, order := range [][]string{nil, {"sort_order", "desc"}, {"sort_by", "source_id"},
		{"sort_by", "updated_at", "sort_order", "desc"}} {
		want := h.list(vehicles, order...).ids()
		var got []string
		page := h.list(vehicles, append(order, "size", "2")...)
		for {
			got = append(got, page.ids()...)
			if page.Total != all.Total {
				t.Errorf("the total is %d", page.Total)
			}
			if page.Next == "" {
				break
			}
			// The cursor alone carries the order.
			page = h.list(vehicles, "size", "2", "cursor", page.Next)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", order, got, want)
		}
		if back := h.list(vehicles, "size", "2", "cursor", page.Previous).ids(); !slices.Equal(back,
			want[max(0, len(want)-len(page.Items)-2):len(want)-len(page.Items)]) {
			t.Errorf("%v: backwards %v", order, back)
		}
	}
	one := all.Items[1]
	for _, filter := range [][]string{{"vehicle_ids", one["id"].(string)}, {"source_ids", one["source_id"].(string)}} {
		if got := h.list(vehicles, filter...); len(got.Items) != 1 || got.Total != 1 || got.ids()[0] != one["id"] {
			t.Errorf("%v: %v", filter, got.ids())
		}
	}
	drivers, others := h.list(users, "is_driver", "true"), h.list(users, "is_driver", "false")
	if drivers.Total == 0 || others.Total == 0 || drivers.Total+others.Total != h.list(users).Total {
		t.Errorf("%d drivers and %d others of %d users", drivers.Total, others.Total, h.list(users).Total)
	}
	if a := h.do("GET", vehicles+"/"+one["id"].(string), ""); a.status != http.StatusOK || a.field("id") != one["id"] ||
		a.value("source_data") != nil {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestLogsAreListedByTimeAndByTheirPeople(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.wrote(messages,
		fmt.Sprintf(`"sender_id":"%s","recipient_id":"%s","message_text":"now"`, h.ids.Sender, h.ids.Recipient))
	// Two drivers have written too.
	h.until("their messages are imported", func() bool { return h.list(messages).Total == 3 })
	ago := func(d time.Duration) string { return time.Now().Add(-d).UTC().Format(time.RFC3339Nano) }
	for _, c := range []struct {
		query []string
		want  int
	}{
		{nil, 3},
		{[]string{"from_datetime", ago(48 * time.Hour), "to_datetime", ago(24 * time.Hour)}, 0},
		{[]string{"recipient_ids", h.ids.Recipient.String()}, 1},
		{[]string{"recipient_ids", strings.ToUpper(h.ids.Recipient.String()), "recipient_ids", uuid.NewString()}, 1},
		{[]string{"recipient_ids", h.ids.Sender.String()}, 0},
		{[]string{"sender_ids", h.ids.Sender.String(), "recipient_ids", h.ids.Sender.String()}, 0},
		{[]string{"source_recipient_ids", "none"}, 0},
		{[]string{"fleet_refs", demo.FleetRef, "connection_id", h.ids.Connection.String()}, 3},
		{[]string{"fleet_refs", "another"}, 0},
		{[]string{"fleet_ids", uuid.NewString()}, 0},
	} {
		if got := h.list(messages, c.query...); got.Total != c.want || len(got.Items) != c.want || c.want == 1 &&
			got.ids()[0] != id {
			t.Errorf("%v: %d %v", c.query, got.Total, got.ids())
		}
	}
}

func TestBadParametersOfListsAreRefusedWithTheRemedy(t *testing.T) {
	t.Parallel()
	h := open(t)
	cursor := h.list(vehicles, "size", "1").Next
	many := strings.Repeat("&source_ids=1", 101)
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{vehicles + "?sort_by=vin", 422, "must be one of occurred_at, created_at, updated_at, source_id"},
		{vehicles + "?sort_order=up", 422, "asc, desc"},
		{vehicles + "?vehicle_ids=7", 422, "UUID"},
		{vehicles + "?" + many[1:], 422, "at most 100"},
		{vehicles + "?size=1001", 422, "1 to 1000"},
		{vehicles + "?cursor=zzz", 422, "not a cursor that this service gave"},
		{vehicles + "?sort_by=source_id&cursor=" + cursor, 422, "with other filters or in another order"},
		{vehicles + "?source_ids=1&cursor=" + cursor, 422, "with other filters"},
		{users + "?cursor=" + cursor, 422, "another list"},
		{users + "?is_driver=perhaps", 422, "true or false"},
		{messages + "?from_datetime=yesterday", 422, "2026-01-15T10:30:00Z"},
		{messages + "?from_datetime=2026-01-01T00:00:00Z&to_datetime=2026-03-01T00:00:00Z", 422, "45 days"},
		{messages + "?to_datetime=2020-01-01T00:00:00Z", 422, "one day ago unless you give it"},
		{vehicles + "?connection_id=" + uuid.NewString(), 404, "no connection"},
		{vehicles + "/" + uuid.NewString(), 404, "no vehicle"},
		{users + "/" + h.ids.Vehicle.String(), 404, "no user"},
	} {
		if a := h.do("GET", c.path, ""); a.status != c.status || !strings.Contains(a.text, c.says) {
			t.Errorf("%s: %d %s; want %d with %q", c.path, a.status, a.text, c.status, c.says)
		}
	}
}
