package geotab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const quota = "API calls quota exceeded. Maximum admitted 10 per 1m."

func TestEveryDocumentedErrorHasItsClass(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		kind, message string
		class         tsp.Class
	}{
		{"InvalidUserException", "Incorrect login credentials", tsp.Unauthorized},
		{"ExpiredPasswordException", "", tsp.Unauthorized},
		{"InvalidMyAdminUserException", "", tsp.Unauthorized},
		{"InactiveUserException", "", tsp.Unauthorized},
		{"CaptchaException", "", tsp.Unauthorized},
		{"InvalidPermissionsException", "", tsp.Forbidden},
		{"OverLimitException", quota, tsp.Throttled},
		{"OverLimitException", "Supplied results limit (50001) exceeds maximum limit (50000).", tsp.Rejected},
		{"DbUnavailableException", "ConnectionFailure", tsp.Unavailable},
		{"DbUnavailableException", "Initializing", tsp.Unavailable},
		{"DbUnavailableException", "UnknownDatabase", tsp.Unavailable},
		{"DbUnavailableException", "OperationAborted", tsp.Unknown},
		{"DatabaseMaintenanceException", "", tsp.Unavailable},
		{"ServiceUnavailableException", "", tsp.Unavailable},
		{"DuplicateException", "", tsp.Rejected},
		{"DuplicateUserException", "", tsp.Rejected},
		{"PasswordPolicyViolationException", "", tsp.Rejected},
		{"ArgumentException", "", tsp.Rejected},
		{"ArgumentNullException", "", tsp.Rejected},
		{"ArgumentOutOfRangeException", "", tsp.Rejected},
		{"InvalidApiOperationException", "", tsp.Rejected},
		{"GroupRelationViolatedException", "", tsp.Rejected},
		{"RelationViolatedException", "", tsp.Rejected},
		{"InvalidCastException", "", tsp.Broken},
		{"MissingMemberException", "", tsp.Broken},
		{"MissingMethodException", "", tsp.Broken},
		{"JsonSerializerException", "", tsp.Broken},
		{"GenericException", "", tsp.Unknown},
		{"AnExceptionThatNobodyDocuments", "", tsp.Unknown},
	} {
		t.Run(strings.TrimSpace(one.kind+" "+one.message), func(t *testing.T) {
			t.Parallel()
			geotab := &stub{answer: func(a asked) string {
				if a.name == "Authenticate" {
					return ""
				}
				return thrown(one.kind, one.message)
			}}
			_, err := geotab.writes(t, resource.Create, resource.KindVehicle, aDevice)
			if e := ended(t, err); e.Class != one.class || e.Status != http.StatusOK || !strings.HasPrefix(e.Message, one.kind) {
				t.Errorf("the end is %+v, want class %s", e, one.class)
			}
		})
	}
}

func TestAnErrorOfAnyShapeIsNoSuccess(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		answer string
		class  tsp.Class
	}{
		"the type only where old clients read it": {`{"error":{"message":"m","errors":[{"name":"DuplicateException","message":"m"}]}}`, tsp.Rejected},
		"no type at all":                {`{"error":{"message":"m"}}`, tsp.Unknown},
		"a text":                        {`{"error":"the gateway is down"}`, tsp.Unknown},
		"an error beside a result":      {`{"result":"b1","error":{"data":{"type":"ArgumentException"}}}`, tsp.Rejected},
		"nothing that Geotab would say": {`{"status":"ok"}`, tsp.Unknown},
	} {
		for verb, body := range map[resource.Verb]string{resource.Create: aDevice, resource.Update: aDevice} {
			t.Run(name+" to "+string(verb), func(t *testing.T) {
				t.Parallel()
				geotab := &stub{answer: func(a asked) string {
					if strings.HasPrefix(a.name, "Add") || strings.HasPrefix(a.name, "Set") {
						return one.answer
					}
					return ""
				}}
				_, err := geotab.writes(t, verb, resource.KindVehicle, body)
				if e := ended(t, err); e.Class != one.class {
					t.Errorf("the end is %v, want class %s", e, one.class)
				}
			})
		}
	}
}

func TestAQuotaTellsHowLongToWait(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		header, message string
		want            time.Duration
	}{
		"in a header":               {"58", quota, 58 * time.Second},
		"in the message's period":   {"", "API calls quota exceeded. Maximum admitted 1000 per 1h.", time.Hour},
		"nowhere, and so a minute":  {"", "API calls quota exceeded.", time.Minute},
		"in a period of no meaning": {"", "API calls quota exceeded. Maximum admitted 10 per moon.", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			geotab := &stub{header: http.Header{}, answer: func(a asked) string {
				if a.name == "Authenticate" {
					return ""
				}
				return thrown("OverLimitException", one.message)
			}}
			if one.header != "" {
				geotab.header.Set("Retry-After", one.header)
			}
			_, err := geotab.writes(t, resource.Create, resource.KindVehicle, aDevice)
			if e := ended(t, err); e.Class != tsp.Throttled || e.RetryAfter != one.want {
				t.Errorf("%s after %v, want %v", e.Class, e.RetryAfter, one.want)
			}
		})
	}
}
