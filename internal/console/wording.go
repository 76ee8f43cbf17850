package console

import (
	"regexp"
	"strings"
)

// activates is the call that activates one subscription.
var activates = regexp.MustCompile(`POST /v2/notifications/webhooks/[0-9a-f-]{36}/activate, and so for each of them`)

// worded is a sentence that was written for callers of the API, with the console's own way where it has one. What only
// the API can do stays as it is.
func worded(text string) string {
	text = strings.NewReplacer(
		"Its problem says what the TSP said; PATCH it with status active to have them tried at once",
		"Its page says what the TSP said, and “Try it now” there has them tried at once",
		"the fleet has not granted you ", "the fleet has not granted its partner ",
		"can PATCH it with new ones", "can give it new ones by the API",
		"resumes it: PATCH it with status active", "resumes it by the API, and an admin by “Resume” on its page",
		"send new ones with PATCH", "its fleet gives it new ones by the API",
		"retry it with overwrite=true if the older values are meant, or with a body without them",
		"“Retry as it is” on its page asks whether the older values are meant, and “Edit and retry” leaves them out",
		"if that is meant, give the body, or retry it with overwrite=true", "if that is meant, choose “Edit and retry”",
		"or retry with overwrite=true if that is meant", "or choose “Edit and retry” if that is meant",
		"retry it with overwrite=true if", "“Retry as it is” on its page asks whether",
		"POST .../retry sends it once more", "“Retry as it is” on its page sends it once more",
		"POST .../resolve what you find", "say what you find by “Resolve by hand” on its page",
		"GET /v2/notifications/webhooks lists yours", "the page Webhooks lists those of each partner",
		"GET /v2/integrations/connections lists yours", "the page Connections lists all",
	).Replace(text)
	return activates.ReplaceAllString(text, "choose “Activate” on its page, and so for each of them")
}
