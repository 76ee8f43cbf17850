package rest_test

import (
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestAFieldIsSentAsItWasGiven(t *testing.T) {
	t.Parallel()
	type body struct {
		Name  jsontext.Value `json:"name,omitzero"`
		Axles jsontext.Value `json:"axles,omitzero"`
	}
	for want, b := range map[string]body{
		`{}`:                      {rest.Given(resource.Opt[string]{}), rest.Given(resource.Opt[int64]{})},
		`{"name":null}`:           {Name: rest.Given(resource.NullOf[string]())},
		`{"name":"\"","axles":3}`: {rest.Given(resource.Of(`"`)), rest.Given(resource.Of(int64(3)))},
	} {
		if got, err := json.Marshal(b); err != nil || string(got) != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

func TestAnIDIsATextOrAWholeNumber(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]rest.ID{`"v-1"`: "v-1", `7`: "7", `9007199254740993`: "9007199254740993", `null`: "", `"07"`: "07"} {
		var got rest.ID
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s reads as %q, %v", raw, got, err)
		}
	}
	for _, raw := range []string{`1.5`, `1e3`, `true`, `{}`} {
		var got rest.ID
		if err := json.Unmarshal([]byte(raw), &got); err == nil {
			t.Errorf("%s reads as %q", raw, got)
		}
	}
}
