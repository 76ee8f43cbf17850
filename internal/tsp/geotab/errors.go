package geotab

import (
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// quotaPeriod is the window of every limit that Geotab documents.
const quotaPeriod = time.Minute

// failure is the error member of an answer. Old servers tell the type only in errors.
type failure struct {
	Error *struct {
		Message string `json:"message"`
		Data    struct {
			Type string `json:"type"`
		} `json:"data"`
		Errors []struct {
			Name    string `json:"name"`
			Message string `json:"message"`
		} `json:"errors"`
	} `json:"error"`
}

// failureOf returns the type and message of an answer's error; "" if it has none.
func failureOf(a rest.Answer) (kind, message string) {
	var f failure
	if json.Unmarshal(a.Body, &f) != nil || f.Error == nil {
		return "", ""
	}
	kind, message = f.Error.Data.Type, f.Error.Message
	if len(f.Error.Errors) > 0 {
		if kind == "" {
			kind = f.Error.Errors[0].Name
		}
		if message == "" {
			message = f.Error.Errors[0].Message
		}
	}
	if kind == "" {
		kind = "GenericException"
	}
	return kind, message
}

// classOf is what the documented types mean (reference section 3.4). A type that is not known
// says that the call was understood and failed, so it is taken for a refusal.
func classOf(kind, message string) tsp.Class {
	switch kind {
	case "":
		return ""
	case "InvalidUserException", "ExpiredPasswordException", "InvalidMyAdminUserException", "InactiveUserException", "CaptchaException":
		return tsp.Unauthorized
	case "InvalidPermissionsException":
		return tsp.Forbidden
	case "OverLimitException":
		// The same type refuses an answer that would be too long, which waiting does not change.
		if strings.Contains(message, "results limit") {
			return tsp.Rejected
		}
		return tsp.Throttled
	case "DbUnavailableException":
		if strings.Contains(message, "OperationAborted") {
			return tsp.Unknown
		}
		return tsp.Unavailable
	case "DatabaseMaintenanceException", "ServiceUnavailableException":
		return tsp.Unavailable
	case "GenericException":
		return tsp.Unknown
	case "JsonSerializerException", "MissingMethodException", "MissingMemberException", "InvalidCastException":
		return tsp.Broken
	}
	return tsp.Rejected
}

func answers() rest.Answers {
	return rest.Answers{
		Class: func(a rest.Answer) tsp.Class {
			class := classOf(failureOf(a))
			// A proxy's 5xx or 429 without an error of Geotab's own is left to the status.
			if class == "" && a.Status >= 200 && a.Status < 300 && !strings.HasPrefix(strings.TrimSpace(string(a.Body)), "{") {
				return ""
			}
			return class
		},
		Message: func(a rest.Answer) string {
			kind, message := failureOf(a)
			if kind == "" {
				return ""
			}
			return strings.TrimSuffix(kind+": "+message, ": ")
		},
	}
}

// isDuplicate tells whether a call was refused because the same thing exists.
func isDuplicate(e *tsp.Error) bool { return strings.HasPrefix(e.Message, "Duplicate") }

// moved tells whether the database is to be looked for at another server.
func moved(e *tsp.Error) bool {
	return strings.HasPrefix(e.Message, "DbUnavailableException") &&
		(strings.Contains(e.Message, "UnknownDatabase") || strings.Contains(e.Message, "Initializing"))
}
