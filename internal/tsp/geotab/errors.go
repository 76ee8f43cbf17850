package geotab

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// undefined is Geotab's type for errors of no type.
const undefined = "GenericException"

// failure is the error member of an answer. Old servers tell the type only in errors.
type failure struct {
	Message string `json:"message"`
	Data    struct {
		Type string `json:"type"`
	} `json:"data"`
	Errors []struct {
		Name    string `json:"name"`
		Message string `json:"message"`
	} `json:"errors"`
}

// failureOf returns the type and message of an answer's error; "" if it has none. An error of
// any shape is one: Set succeeds without a result, so that nothing else would tell.
func failureOf(a rest.Answer) (kind, message string) {
	var said struct {
		Error jsontext.Value `json:"error"`
	}
	if json.Unmarshal(a.Body, &said) != nil || len(said.Error) == 0 || said.Error.Kind() == 'n' {
		return "", ""
	}
	var f failure
	if json.Unmarshal(said.Error, &f) != nil {
		return undefined, string(said.Error)
	}
	kind, message = f.Data.Type, f.Message
	if len(f.Errors) > 0 {
		kind, message = cmp.Or(kind, f.Errors[0].Name), cmp.Or(message, f.Errors[0].Message)
	}
	return cmp.Or(kind, undefined), message
}

// classOf is what the documented types mean. Of a type that is not known nobody can tell whether
// the call took effect.
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
	case "ArgumentException", "ArgumentNullException", "ArgumentOutOfRangeException", "InvalidApiOperationException",
		"DuplicateException", "DuplicateUserException", "PasswordPolicyViolationException",
		"GroupRelationViolatedException", "RelationViolatedException":
		return tsp.Rejected
	case "JsonSerializerException", "MissingMethodException", "MissingMemberException", "InvalidCastException":
		return tsp.Broken
	}
	return tsp.Unknown
}

// isOf tells whether an error is of one of the classes.
func isOf(err error, classes ...tsp.Class) bool {
	var e *tsp.Error
	return errors.As(err, &e) && slices.Contains(classes, e.Class)
}

// answers reads errors out of answers, and notes their type.
func answers(kind *string) rest.Answers {
	return rest.Answers{
		Class: func(a rest.Answer) tsp.Class {
			var message string
			*kind, message = failureOf(a)
			if *kind == "" && strangers(a) {
				return tsp.Unavailable
			}
			return classOf(*kind, message)
		},
		Message: func(a rest.Answer) string {
			kind, message := failureOf(a)
			if kind == "" && strangers(a) {
				return fmt.Sprintf("%d %s came without an error of Geotab's own, as from a firewall or a proxy in between",
					a.Status, http.StatusText(a.Status))
			}
			if kind == "" {
				return ""
			}
			return strings.TrimSuffix(kind+": "+message, ": ")
		},
	}
}

// strangers tells whether an answer without an error of Geotab's own is somebody else's, who let nothing through:
// Geotab puts an error into each refusal, as in its release notes (geotab.github.io/sdk/resources/new, read
// 2026-11-27). A 401 has to be a page, because a new session is tried for any other. What is left is judged by its
// status.
func strangers(a rest.Answer) bool {
	switch a.Status {
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		return false
	case http.StatusUnauthorized:
		return strings.HasPrefix(strings.TrimSpace(string(a.Body)), "<")
	}
	return a.Status >= 400 && a.Status < 500
}

// defaultPeriod is the window of every limit that Geotab documents.
const defaultPeriod = time.Minute

// quotaPeriod is the window that a refusal by quota names, as in "Maximum admitted 10 per 1m.".
func quotaPeriod(message string) time.Duration {
	_, period, _ := strings.Cut(message, " per ")
	if d, err := time.ParseDuration(strings.TrimRight(period, ". ")); err == nil && d > 0 {
		return min(d, time.Hour)
	}
	return defaultPeriod
}

// moved tells whether the database is to be looked for at another server.
func moved(kind, message string) bool {
	return kind == "DbUnavailableException" && (strings.Contains(message, "UnknownDatabase") || strings.Contains(message, "Initializing"))
}
