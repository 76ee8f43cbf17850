package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

const (
	connectionList = "/v2/integrations/connections"
	operationList  = "/v2/integrations/connections/resource-operations"
	userList       = "/v2/telematics/users"
	messageList    = "/v2/telematics/messages"
	webhookList    = "/v2/notifications/webhooks"
	logList        = "/v2/notifications/webhooks/01987b00-0000-7000-8000-000000000001/logs"
	fleetList      = "/v2/orgs/fleets"
	agreementList  = "/v2/orgs/share-agreements"
	tspList        = "/v2/integrations/tsps"
)

const one = "01987b00-0000-7000-8000-000000000001"

func TestEveryProblemOfAQueryIsToldAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	many := func(name, value string) string { return strings.Repeat("&"+name+"="+value, 101)[1:] }
	for _, c := range []struct{ path, query, want string }{
		{connectionList, "tsp_id=bad&" + many("fleet_ids", one), "tsp_id fleet_ids"},
		{connectionList, many("fleet_refs", "a") + "&fleet_ids=x&fleet_ids=y&size=0&cursor=zzz",
			"size cursor fleet_ids fleet_ids fleet_refs"},
		{operationList, "resource=car&connection_id=1&source_name=x&operation=delete&resource_id=2&status=new",
			"resource connection_id source_name operation resource_id status"},
		{operationList, "source_id=1&from_datetime=2026-01-01T00:00:00Z&" + many("fleet_refs", "a"),
			"fleet_refs source_id from_datetime"},
		{operationList, "from_datetime=today&to_datetime=tomorrow", "from_datetime to_datetime"},
		{userList, "include_deleted=maybe&include_source_data=2&sort_by=vin&sort_order=up&user_ids=1&is_driver=so",
			"include_deleted include_source_data sort_by sort_order user_ids is_driver"},
		{messageList, "sender_ids=1&" + many("source_sender_ids", "1") + "&fleet_ids=1",
			"sender_ids source_sender_ids fleet_ids"},
		{webhookList, "status=on&event_name=vehicle.gone&size=1001", "size status event_name"},
		{logList, "status=pending&start_date=2026-01-02T00:00:00Z&end_date=2026-01-02T00:00:00Z", "status end_date"},
		{agreementList, "fleet_id=1&share_agreement_status=new&size=x", "size fleet_id share_agreement_status"},
		{fleetList, many("fleet_refs", "a") + "&cursor=zzz", "cursor fleet_refs"},
		{"/v2/integrations/connections/data-freshness", "fleet_ids=1&" + many("fleet_refs", "a"), "fleet_ids fleet_refs"},
	} {
		if a := h.get(c.path + "?" + c.query); a.Status != 422 || a.paths() != c.want || h.asked != nil {
			t.Errorf("%s?%.80s: %d %q, want %q", c.path, c.query, a.Status, a.paths(), c.want)
		}
	}
}

func TestAProblemSaysWhatWasSentAndWhatToSend(t *testing.T) {
	t.Parallel()
	h := open(t)
	long := strings.Repeat("é", 201)
	for _, c := range []struct {
		path, query string
		want        problem
	}{
		{connectionList, "size=0", problem{"size", "0", "must be an integer from 1 to 1000", resource.CodeRange}},
		{connectionList, "fleet_ids=" + one + "&fleet_ids=" + one[1:],
			problem{"fleet_ids", one[1:], resource.NotAnID, resource.CodeUUID}},
		{connectionList, "tsp_id={" + one + "}", problem{"tsp_id", "{" + one + "}", resource.NotAnID, resource.CodeUUID}},
		{userList, "is_driver=" + long,
			problem{"is_driver", strings.Repeat("é", 200) + "…", "must be true or false", resource.CodeBoolean}},
		{operationList, "status=done",
			problem{"status", "done", "must be one of pending, success, failed", resource.CodeEnum}},
		{operationList, "resource=vehicles",
			problem{"resource", "vehicles", `is not a known value; did you mean "vehicle"?`, resource.CodeEnum}},
		{operationList, "source_name=samsarra",
			problem{"source_name", "samsarra", `is not a known value; did you mean "samsara"?`, resource.CodeEnum}},
		{connectionList, "fleet_ids=" + one + "," + one, problem{"fleet_ids", one + "," + one,
			resource.NotAnID + "; repeat the parameter for several", resource.CodeUUID}},
		{logList, "start_date=2026-01-02T00:00:00+01:00", problem{"start_date", "2026-01-02T00:00:00 01:00",
			resource.NotATime + "; write the + of an offset as %2B", resource.CodeDateTime}},
		{logList, "start_date=2026-01-02%2003:45:48%2B00:00", problem{"start_date", "2026-01-02 03:45:48+00:00",
			resource.NotATime + "; write a T between date and time", resource.CodeDateTime}},
		{messageList, "from_datetime=2026-01-02+03:45:48.5+00:00", problem{"from_datetime", "2026-01-02 03:45:48.5 00:00",
			resource.NotATime + "; write a T between date and time, and the + of an offset as %2B", resource.CodeDateTime}},
		{messageList, "from_datetime=2026-01-02%2003:45:48", problem{"from_datetime", "2026-01-02 03:45:48",
			resource.NotATime + "; write a T between date and time, and an offset such as Z", resource.CodeDateTime}},
		{messageList, "to_datetime=2026-01-02T03:45:48", problem{"to_datetime", "2026-01-02T03:45:48",
			resource.NotATime + "; write an offset such as Z", resource.CodeDateTime}},
		{messageList, "to_datetime=last%20week",
			problem{"to_datetime", "last week", resource.NotATime, resource.CodeDateTime}},
		{messageList, "from_datetime=0001-01-01T00:00:00Z", problem{"from_datetime", "0001-01-01T00:00:00Z",
			"must be later than 1970; leave the parameter out where no time is meant", resource.CodeRange}},
		{logList, "end_date=0001-01-01T00:00:00Z", problem{"end_date", "0001-01-01T00:00:00Z",
			"must be later than 1970; leave the parameter out where no time is meant", resource.CodeRange}},
		{operationList, "to_datetime=1970-01-01T00:00:00Z", problem{"to_datetime", "1970-01-01T00:00:00Z",
			"must be later than 1970; leave the parameter out where no time is meant", resource.CodeRange}},
		{userList, "source_ids=1,2", problem{"source_ids", "1,2",
			"must not hold a comma; repeat the parameter for several, and write one in a value as %2C", resource.CodePattern}},
		{fleetList, "fleet_refs=a,b", problem{"fleet_refs", "a,b",
			"must not hold a comma; repeat the parameter for several, and write one in a value as %2C", resource.CodePattern}},
		{webhookList, "status=on",
			problem{"status", "on", "must be one of active, paused, stale, deleted", resource.CodeEnum}},
		{logList, "start_date=2026-01-02", problem{"start_date", "2026-01-02",
			"must be a date and time such as 2026-01-15T10:30:00Z", resource.CodeDateTime}},
		{webhookList, "event_name=execution.ended", problem{"event_name", "execution.ended",
			`is not the name of an event; did you mean "execution.created"?`, resource.CodeEnum}},
	} {
		if diff := cmp.Diff([]problem{c.want}, h.get(c.path+"?"+c.query).Wrong); diff != "" {
			t.Errorf("%s?%.40s (-want +got):\n%s", c.path, c.query, diff)
		}
	}
}

func TestAQueryReachesItsRoomAsItWasGiven(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, yes, no := uuid.MustParse(one), true, false
	day := h.now.Add(-24 * time.Hour)
	first := page.Window{Limit: 300}
	whole := operation.Filter{Partner: uuid.Max, From: day, To: h.now, Window: first}
	for _, c := range []struct {
		path, query string
		want        any
	}{
		{operationList, "", whole},
		{operationList, "resource=user&source_id=7&operation=update&status=failed&source_name=samsara&connection_id=" + one +
			"&resource_id=" + one + "&fleet_refs=a&fleet_refs=b&size=7&to_datetime=2026-01-03T00:00:00Z",
			operation.Filter{Partner: uuid.Max, Kind: resource.KindUser, SourceID: "7", Verb: resource.Update, Status: "failed",
				TSP: "samsara", Connection: id, Resource: id, FleetRefs: []string{"a", "b"}, Window: page.Window{Limit: 7},
				From: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)}},
		{userList, "is_driver=1&include_deleted=true&include_source_data=1&user_ids=" + one + "&user_ids=" +
			strings.ToUpper(one) + "&source_ids=7&sort_by=source_id&sort_order=desc&fleet_refs=a%2Cb",
			record.Request{FleetRefs: []string{"a,b"}, Query: record.Query{Kind: resource.KindUser, Driver: &yes, Deleted: true,
				WithSource: true, IDs: []uuid.UUID{id}, SourceIDs: []resource.SourceID{"7"}, Sort: record.BySource,
				Descending: true, Window: first}}},
		{userList, "is_driver=false&include_deleted=0",
			record.Request{Query: record.Query{Kind: resource.KindUser, Driver: &no, Sort: record.ByOccurred, Window: first}}},
		{messageList, "sender_ids=" + one + "&source_recipient_ids=x",
			record.Request{Query: record.Query{Kind: resource.KindMessage, References: []record.Reference{
				{Member: "sender_id", Values: []string{one}}, {Member: "source_recipient_id", Values: []string{"x"}},
			}, Sort: record.ByOccurred, From: day, To: h.now, Window: first}}},
	} {
		if a := h.get(c.path + "?" + c.query); a.Status != 200 {
			t.Errorf("%s?%s: %d %s", c.path, c.query, a.Status, a.Text)
		}
		if diff := cmp.Diff(c.want, h.asked); diff != "" {
			t.Errorf("%s?%s (-want +got):\n%s", c.path, c.query, diff)
		}
	}
}
