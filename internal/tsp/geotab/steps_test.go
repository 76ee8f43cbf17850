package geotab_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const aGroupMessage = `{"sender_id":"OURS","recipient_ids":["OURS","01890a5d-ac96-774b-bcce-b302099a8058","01890a5d-ac96-774b-bcce-b302099a8059"],"message_text":"Dock 7"}`

func TestAGroupMessageGoesOnWhereItWasThrottled(t *testing.T) {
	t.Parallel()
	full := true
	server := &stub{answer: func(a asked) string {
		if full && strings.Contains(a.body, `"recipient":{"id":"b2"}`) {
			full = false
			return thrown("OverLimitException", quota)
		}
		if a.name == "Get TextMessage" {
			return `{"result":[],"jsonrpc":"2.0"}`
		}
		return ""
	}}
	session, w := server.session(t, "", nil), aWrite(t, resource.Create, resource.KindGroupMessage, aGroupMessage)
	if _, err := session.Write(t.Context(), w); ended(t, err).Class != tsp.Throttled {
		t.Fatalf("the end is %v", err)
	}
	out, err := session.Write(t.Context(), w)
	if err != nil || len(out.Parts) != 2 {
		t.Errorf("written %+v, %v", out, err)
	}
	const want = "Authenticate, Get User, Add TextMessage, Add TextMessage, Get TextMessage, Get TextMessage, Add TextMessage, Add TextMessage"
	if got := server.names(); got != want {
		t.Errorf("the calls are %s, want %s", got, want)
	}
}

// defectList is one as Geotab gives it: flat, with the tree in children.
const defectList = `{"result":[{"id":"b278A","name":"Our list","children":[{"id":"p1"},{"id":"p2"}]},
	{"id":"p1","name":"Other","children":[]},{"id":"p2","name":"Brakes","children":[{"id":"d1"}]},{"id":"d1","name":"Belts / Hoses","children":[]}],"jsonrpc":"2.0"}`

func TestADefectIsNamedByTheSettingElseByItsNameElseAsAnother(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		if a.name == "Get Group" {
			return defectList
		}
		return ""
	}}
	session := server.session(t, "", tsp.Settings{"defect_list_id": "b278A", "defect_ids": []string{"brakes = d1"}})
	for range 2 {
		w := aWrite(t, resource.Create, resource.KindDvirLog, aDvir+`,"defects":["brakes","belts_hoses","stop_arm"],"is_safety_critical":true}`)
		if _, err := session.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{`"defect":{"id":"d1"},"repairStatus":"NotRepaired","defectRemarks":[{"remark":"brakes"`,
		`"defect":{"id":"d1"},"repairStatus":"NotRepaired","defectRemarks":[{"remark":"belts_hoses"`,
		`"defect":{"id":"p1"},"repairStatus":"NotRepaired","defectRemarks":[{"remark":"stop_arm"`, `"isSafeToOperate":false`} {
		if !strings.Contains(server.last(), part) {
			t.Errorf("%s lacks %s", server.last(), part)
		}
	}
	if got := server.names(); got != "Authenticate, Get Group, Add DVIRLog, Add DVIRLog" {
		t.Errorf("the calls are %s; a session keeps a defect list", got)
	}
}

func TestADefectWithoutAPlaceInTheListIsRefused(t *testing.T) {
	t.Parallel()
	for answer, about := range map[string]string{
		`{"result":[],"jsonrpc":"2.0"}`:                                               "defect_list_id",
		`{"result":[{"id":"b278A","name":"Our list","children":[]}],"jsonrpc":"2.0"}`: "defect_ids",
	} {
		server := &stub{answer: func(a asked) string {
			if a.name == "Get Group" {
				return answer
			}
			return ""
		}}
		_, err := server.writes(t, resource.Create, resource.KindDvirLog, aDvir+`,"defects":["brakes"]}`)
		if e := ended(t, err); e.Class != tsp.Rejected || !strings.Contains(e.Message, about) {
			t.Errorf("the end is %v, want one that names %s", e, about)
		}
	}
}

func TestADuplicateThatCannotBeIdentifiedIsPutOffAndNotRefused(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		switch a.name {
		case "Add FuelTransaction":
			return thrown("DuplicateException", "it exists already")
		case "Get FuelTransaction":
			return thrown("ServiceUnavailableException", "come back later")
		}
		return ""
	}}
	_, err := server.writes(t, resource.Create, resource.KindFuelTransaction, `{"driver_id":"OURS","vehicle_id":"OURS","fuel_volume":10,"fuel_volume_unit":"LITER"}`)
	if e := ended(t, err); e.Class != tsp.Unavailable {
		t.Errorf("the end is %s, want %s: the duplicate may be what an earlier attempt made", e, tsp.Unavailable)
	}
}

func TestAnUpdateWritesToNoRecordButItsOwn(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		if a.name == "Get Device" {
			return `{"result":[{"id":"b2"}],"jsonrpc":"2.0"}`
		}
		return ""
	}}
	_, err := server.writes(t, resource.Update, resource.KindVehicle, aDevice)
	if e := ended(t, err); e.Class != tsp.Missing || strings.Contains(server.names(), "Set") {
		t.Errorf("the end is %v after %s", e, server.names())
	}
}

func TestADefectListThatHoldsItselfEnds(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		if a.name == "Get Group" {
			return `{"result":[{"id":"b278A","name":"Our list","children":[{"id":"p1"}]},
				{"id":"p1","name":"Other","children":[{"id":"b278A"},{"id":"p1"}]}],"jsonrpc":"2.0"}`
		}
		return ""
	}}
	_, err := server.writes(t, resource.Create, resource.KindDvirLog, `{"driver_id":"OURS","vehicle_id":"OURS","defects":["brakes"]}`)
	if err != nil || !strings.Contains(server.last(), `"defect":{"id":"p1"}`) {
		t.Errorf("%v after %s", err, server.last())
	}
}
