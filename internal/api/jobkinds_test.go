package api_test

import (
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/resource"
)

// What a program that is generated from the document does not know it cannot cancel.
func TestTheFilterOfJobsIsDocumentedWithEveryKindThatItTakes(t *testing.T) {
	t.Parallel()
	text, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Components struct {
			Schemas struct {
				OperationFilter struct {
					Properties struct {
						Resource struct {
							Enum []resource.Kind `json:"enum"`
						} `json:"resource"`
					} `json:"properties"`
				} `json:"OperationFilter"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(resource.Kinds(), d.Components.Schemas.OperationFilter.Properties.Resource.Enum); diff != "" {
		t.Errorf("(-kinds +documented):\n%s", diff)
	}
}
