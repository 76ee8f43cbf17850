package sim_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func TestSearchesFindWhatTheyAskFor(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	s.add("FuelTransaction", newFuel)
	s.add("UserHosRuleSet", newRuleSet)
	s.set("Device", `{"id":"b3","comment":"op 7 made this"}`)
	for _, c := range []struct{ typ, search, want string }{
		{"Device", `{}`, "b1 b2 b3 b4 b5 b6 b7 b8 b9"}, {"Device", `null`, "b1 b2 b3 b4 b5 b6 b7 b8 b9"},
		{"Device", `{"id":"b2"}`, "b2"}, {"Device", `{"id":"b99"}`, ""}, {"Device", `{"id":null,"name":"Truck 102"}`, "b2"},
		{"Device", `{"name":"truck 101"}`, "b1"}, {"Device", `{"name":"Truck"}`, ""}, {"Device", `{"name":"%20%"}`, "b7 b8 b9"},
		{"Device", `{"name":"Truck 1%6"}`, "b6"}, {"Device", `{"serialNumber":"G9ABC0000102"}`, "b2"},
		{"Device", `{"vehicleIdentificationNumber":"1XKYD49X5KJ211456"}`, "b3"}, {"Device", `{"licensePlate":"8DF1104"}`, "b4"},
		{"Device", `{"comment":"%op 7%"}`, "b3"}, {"Device", `{"keywords":["4TR201","211456"]}`, "b3 b7"},
		{"Device", `{"groups":[{"id":"GroupTrailerId"}]}`, "b7 b8 b9"}, {"Device", `{"groups":[{"id":"GroupAssetTypeId"}],"name":"%3"}`, "b3 b9"},
		{"Device", `{"excludeUntrackedAssets":true}`, "b1 b2 b3 b4 b5"}, {"Device", `{"fromDate":"2051-01-01T00:00:00Z"}`, ""},
		{"UntrackedAsset", `{}`, "b6 b7 b8 b9"}, {"Trailer", `{"name":"%"}`, "b7 b8 b9"}, {"Trailer", `{"id":"b1"}`, ""},
		{"User", `{"name":"amir.haddad@demofreight.example"}`, "b2"}, {"User", `{"isDriver":true}`, "b2 b3 b4 b5 b6 b7"},
		{"User", `{"isDriver":true,"fromDate":"2026-11-24T00:00:00.000Z"}`, "b2 b3 b4 b5 b6"}, {"User", `{"lastName":"n%k"}`, "b3"},
		{"Group", `{"id":"GroupAssetTypeId"}`, "GroupAssetTypeId GroupVehicleId GroupTrailerId"}, {"Group", `{"name":"West"}`, "b2781"},
		{"TextMessage", `{"recipientSearch":{"id":"b3"}}`, "b2"}, {"TextMessage", `{"isDirectionToVehicle":false}`, "b3"},
		{"TextMessage", `{"fromDate":"2026-11-24T13:00:00.000Z"}`, "b1 b2 b3 b4"}, {"TextMessage", `{"toDate":"2026-11-24T13:00:00.000Z"}`, ""}, {"TextMessage", `{"deviceSearch":{"id":"b1"}}`, ""},
		{"TextMessage", `{"userSearch":{"name":"dana%"},"modifiedSinceDate":"2026-11-24T11:00:00.000Z"}`, "b1 b2 b4"},
		{"TextMessage", `{"modifiedSinceDate":"2026-11-24T12:00:00.001Z"}`, ""},
		{"DriverChange", `{"userSearch":{"id":"b3"}}`, "b2"}, {"DriverChange", `{"deviceSearch":{"name":"Truck 10%"},"fromDate":"2026-11-23T00:00:00.000Z"}`, "b4 b5"},
		{"FuelTransaction", `{"externalReference":"op-1"}`, "b3"}, {"FuelTransaction", `{"externalReference":"op-2"}`, ""},
		{"FuelTransaction", `{"deviceSearch":{"vehicleIdentificationNumber":"1FUJGLDR7CLBP8834"},"fromDate":"2026-11-24T07:00:00.000Z","toDate":"2026-11-24T08:00:00.000Z"}`, "b3"},
		{"HosRuleSet", `{"id":"HosRuleSetCanadaOil"}`, "HosRuleSetCanadaOil"}, {"Property", `{"name":"Axles"}`, "b5"}, {"PropertySet", `{}`, "b1"},
		{"UserHosRuleSet", `{"userSearch":{"id":"b2"}}`, "b1"}, {"UserHosRuleSet", `{"userSearch":{"id":"b3"}}`, ""},
	} {
		got := ids(s.get(c.typ, c.search))
		if got != c.want {
			t.Errorf("%s %s finds %q, want %q", c.typ, c.search, got, c.want)
		}
		count := s.must("GetCountOf", `{"typeName":"`+c.typ+`","search":`+c.search+`}`).body.Result
		if count != float64(len(strings.Fields(c.want))) {
			t.Errorf("%s %s counts %v", c.typ, c.search, count)
		}
	}
}

func TestAWrongSearchIsRefused(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for params, kind := range map[string]string{
		`{"typeName":"Device","search":{"vin":"x"}}`:                                   badMember,
		`{"typeName":"Device","search":{"name":7}}`:                                    badCast,
		`{"typeName":"Device","search":"b1"}`:                                          badCast,
		`{"typeName":"User","search":{"isDriver":"true"}}`:                             badCast,
		`{"typeName":"DVIRLog","search":{"fromDate":"today"}}`:                         badCast,
		`{"typeName":"DriverChange","search":{"fromDate":"today"}}`:                    badCast,
		`{"typeName":"DriverChange","search":{"deviceSearch":{"vin":"x"}}}`:            badMember,
		`{"typeName":"Driver"}`:                                                        badMethod,
		`{}`:                                                                           badNull,
		`{"typeName":"Device","resultsLimit":5001}`:                                    "OverLimitException",
		`{"typeName":"Group","resultsLimit":50001}`:                                    "OverLimitException",
		`{"typeName":"Group","resultsLimit":50000}`:                                    "",
		`{"typeName":"Device","resultsLimit":0}`:                                       badRange,
		`{"typeName":"Device","resultsLimit":"5"}`:                                     badCast,
		`{"typeName":"Device","sort":{"sortBy":"colour"}}`:                             badArgument,
		`{"typeName":"Device","sort":{"sortBy":"id","sortDirection":"up"}}`:            badArgument,
		`{"typeName":"Device","sort":{"by":"id"}}`:                                     badMember,
		`{"typeName":"Device","sort":"id"}`:                                            badCast,
		`{"typeName":"Device","sort":{"sortBy":"id","offset":5}}`:                      badCast,
		`{"typeName":"Device","propertySelector":{"fields":["id"],"isIncluded":true}}`: "",
		`{"typeName":"Device","propertySelector":{"fields":"id"}}`:                     badCast,
		`{"typeName":"Device","propertySelector":["id"]}`:                              badCast,
		`{"typeName":"Device","propertySelector":{"field":["id"]}}`:                    badMember,
	} {
		got := s.rpc("Get", params)
		if kind != "" {
			got.refused(t, kind)
		} else if got.kind() != "" {
			t.Errorf("%s: %s", params, got.Text)
		}
	}
	message := s.rpc("Get", `{"typeName":"Group","resultsLimit":50001}`).refused(t, "OverLimitException")
	if message != "Supplied results limit (50001) exceeds maximum limit (50000)." {
		t.Errorf("message = %q", message)
	}
	if s.rpc("Get", `{"typeName":"Group","resultsLimit":50001}`).Header.Get("Retry-After") != "" {
		t.Error("too many results have a Retry-After")
	}
}

func TestPagesGoOnBehindTheirOffset(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for n := range 10 {
		s.add("Device", change(newVehicle, "name", fmt.Sprintf(`"Spare %d"`, n%3)))
	}
	for _, c := range []struct{ sort, property, want string }{
		{`"sortBy":"id"`, "id", "b1 b2 b3 b4 | b5 b6 b7 b8 | b9 bA bB bC | bD bE bF b10 | b11 b12 b13"},
		{`"sortBy":"id","sortDirection":"desc"`, "id", "b13 b12 b11 b10 | bF bE bD bC | bB bA b9 b8 | b7 b6 b5 b4 | b3 b2 b1"},
		{`"sortBy":"name","sortDirection":"asc"`, "name", "bA bD b10 b13 | bB bE b11 bC | bF b12 b7 b8 | b9 b1 b2 b3 | b4 b5 b6"},
	} {
		var pages []string
		offset := `null`
		for offset != "" && len(pages) < 9 {
			got := s.must("Get", `{"typeName":"Device","resultsLimit":4,"sort":{`+c.sort+`,"offset":`+offset+`}}`).found()
			if len(got) == 0 {
				break
			}
			pages = append(pages, ids(got))
			last := got[len(got)-1]
			offset = fmt.Sprintf(`%q,"lastId":%q`, last[c.property], last["id"])
		}
		if diff := cmp.Diff(c.want, strings.Join(pages, " | ")); diff != "" {
			t.Errorf("%s: %s", c.sort, diff)
		}
	}
}

func TestWhatIsReadCanBeWrittenBack(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	s.add("DVIRLog", with(newDVIR, `"dVIRDefects":[{"defect":{"id":"b278B"},"repairStatus":"Repaired","repairUser":{"id":"b8"},"repairDateTime":"2026-11-24T09:00:00.000Z","defectRemarks":[{"remark":"r"}]}]`))
	s.add("FuelTransaction", newFuel)
	s.add("UserHosRuleSet", newRuleSet)
	s.Clock.Advance(1 << 40)
	for _, typ := range []string{"Device", "UntrackedAsset", "Trailer", "User", "UserHosRuleSet", "DVIRLog", "TextMessage", "FuelTransaction"} {
		before := s.must("Get", `{"typeName":"`+typ+`"}`)
		if len(before.found()) == 0 {
			t.Errorf("no %s to write back", typ)
		}
		for _, o := range before.found() {
			text, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			s.set(typ, string(text))
		}
		after := s.must("Get", `{"typeName":"`+typ+`"}`)
		if diff := cmp.Diff(unversioned(before.Text), unversioned(after.Text)); diff != "" {
			t.Errorf("writing %s back changed it: %s", typ, diff)
		}
	}
}

// unversioned is an answer without the versions, of which each Set makes a new one.
func unversioned(text string) string {
	return regexp.MustCompile(`"version":"\w+"`).ReplaceAllString(text, "")
}

func TestManyReadTheSameAtOnce(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 20 {
				if got := ids(s.get("DriverChange", `{}`)); !strings.HasPrefix(got, "b1 b2") {
					t.Errorf("one of many readers got %s", got)
				}
			}
		})
	}
	readers.Wait()
}

func TestAWideSearchFindsMessagesToWhomever(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.Turn("wide_searches")
	if got := ids(s.get("TextMessage", `{"recipientSearch":{"id":"b3"}}`)); got != "b1 b2 b3 b4" {
		t.Errorf("it finds %s", got)
	}
}
