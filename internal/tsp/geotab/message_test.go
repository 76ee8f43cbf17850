package geotab_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// roster has the drivers d1 and d2; everybody else is in the office.
func roster(a asked) string {
	if a.name != "Get User" {
		return ""
	}
	_, id, _ := strings.Cut(a.body, `"search":{"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return `{"result":[{"id":"` + id + `","isDriver":` + strconv.FormatBool(strings.HasPrefix(id, "d")) + `}],"jsonrpc":"2.0"}`
}

func TestAMessageToTheOfficeDoesNotGoToAVehicle(t *testing.T) {
	t.Parallel()
	server := &stub{answer: roster}
	session := server.session(t, "", nil)
	for _, one := range []struct {
		from, to  resource.SourceID
		toVehicle bool
		calls     string
	}{
		{"o1", "d1", true, "Authenticate, Get User, Add TextMessage"},
		{"d1", "o1", false, "Authenticate, Get User, Add TextMessage, Get User, Add TextMessage"},
		{"d1", "d2", true, "Authenticate, Get User, Add TextMessage, Get User, Add TextMessage, Get User, Add TextMessage"},
		{"d2", "o1", false, "Authenticate, Get User, Add TextMessage, Get User, Add TextMessage, Get User, Add TextMessage, Add TextMessage"},
	} {
		w := aWrite(t, resource.Create, resource.KindMessage, aMessage+"}")
		w.Refs = resource.Refs{"sender_id": {one.from}, "recipient_id": {one.to}}
		if _, err := session.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(server.last(), `"isDirectionToVehicle":`+strconv.FormatBool(one.toVehicle)) || server.names() != one.calls {
			t.Errorf("from %s to %s: %s after %s", one.from, one.to, server.last(), server.names())
		}
	}
}

func TestADriversMessageToSeveralGoesToVehiclesOfDriversAlone(t *testing.T) {
	t.Parallel()
	server := &stub{answer: roster}
	w := aWrite(t, resource.Create, resource.KindGroupMessage, `{"sender_id":"OURS","recipient_ids":["OURS"],"message_text":"Ice"}`)
	w.Refs = resource.Refs{"sender_id": {"d1"}, "recipient_ids": {"o1", "d2"}}
	if _, err := server.session(t, "", nil).Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	for _, one := range server.calls {
		toVehicle := strings.Contains(one.body, `"isDirectionToVehicle":true`)
		if one.name == "Add TextMessage" && toVehicle != strings.Contains(one.body, `"recipient":{"id":"d2"}`) {
			t.Errorf("it is sent as %s", one.body)
		}
	}
}

func TestWhoSpeaksIsTakenFromTheDirectionOnlyWhereThatTells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"user":{"id":"b3"},"recipient":{"id":"b8"},"isDirectionToVehicle":false`: `true`,
		`"user":{"id":"b3"},"recipient":{"id":"b2"},"isDirectionToVehicle":true`:  "",
		`"recipient":{"id":"b2"},"isDirectionToVehicle":true`:                     `false`,
		`"user":{"id":"b3"},"recipient":{"id":"b2"}`:                              "",
	} {
		r := reads(t, resource.KindMessage, "TextMessage", `{"id":"b9",`+text+`,"messageContent":{"message":"At dock 4"}}`, nil)
		holding(t, r, map[string]string{"sent_by_driver": want})
	}
}

func TestAMessageOfAVehicleOrToOneNamesTheVehicle(t *testing.T) {
	t.Parallel()
	r := reads(t, resource.KindMessage, "TextMessage",
		`{"id":"b9","user":{"id":"b8"},"device":{"id":"b1"},"isDirectionToVehicle":true,"messageContent":{"message":"At dock 4"}}`, nil)
	if got := r.Names["recipient_id"]; len(got) != 1 || got[0] != (tsp.Named{Collection: "devices", SourceID: "b1"}) {
		t.Errorf("it names %v", r.Names)
	}
	from := reads(t, resource.KindMessage, "TextMessage",
		`{"id":"b9","recipient":{"id":"b8"},"device":{"id":"b1"},"isDirectionToVehicle":false,"messageContent":{"message":"At dock 4"}}`, nil)
	want := map[string][]tsp.Named{"sender_id": {{Collection: "devices", SourceID: "b1"}}, "recipient_id": {{Collection: "users", SourceID: "b8"}}}
	if diff := cmp.Diff(want, from.Names); diff != "" {
		t.Error(diff)
	}
}
