package resource_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestABodyComesBackAsItWasGiven(t *testing.T) {
	t.Parallel()
	schema, err := resource.For(resource.KindMessage, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{}`, `{"message_text":"a \" b","priority":1.50,"sender_id":null}`} {
		stored, err := schema.Resolved([]byte(body), resource.Refs{"sender_id": {"u-1"}, "recipient_id": {"u-2"}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := schema.Unresolved(stored); err != nil || string(got) != body {
			t.Errorf("%s comes back as %s, %v", body, got, err)
		}
	}
	if _, err := schema.Unresolved([]byte(`{"a":`)); err == nil {
		t.Error("what is damaged is read")
	}
}
