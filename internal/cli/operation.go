package cli

import (
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// operation is what the commands read of one.
type operation struct {
	ID             string    `json:"id"`
	CreatedAt      string    `json:"created_at"`
	UpdatedAt      string    `json:"updated_at"`
	ConnectionID   string    `json:"connection_id"`
	FleetRef       string    `json:"fleet_ref"`
	SourceName     string    `json:"source_name"`
	Resource       string    `json:"resource"`
	ResourceID     string    `json:"resource_id"`
	SourceID       string    `json:"source_id"`
	Verb           string    `json:"operation_type"`
	Status         string    `json:"status"`
	Reason         string    `json:"reason"`
	ExpiresAt      string    `json:"expires_at"`
	OutcomeUnknown bool      `json:"outcome_unknown"`
	RetryOf        string    `json:"retry_of"`
	RetriedBy      string    `json:"retried_by"`
	RevertOf       string    `json:"revert_of"`
	RevertedBy     string    `json:"reverted_by"`
	Logs           []attempt `json:"logs"`
	Progress       *progress `json:"progress"`
	Warnings       []struct {
		Path    string `json:"path"`
		Message string `json:"message"`
	} `json:"warnings"`
	Payload jsontext.Value `json:"payload"`

	raw jsontext.Value
}

// attempt is an entry of an operation's log.
type attempt struct {
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
	Status    string `json:"status"`
	ErrorType string `json:"error_type"`
	Details   string `json:"error_details"`
	Code      int    `json:"response_status_code"`
	// Reach is how far it came towards the TSP: none, read or sent; "" where that is not known.
	Reach string `json:"reach"`
}

// progress is why an operation waits.
type progress struct {
	State         string `json:"state"`
	Reason        string `json:"reason"`
	Code          string `json:"code"`
	Limit         string `json:"limit"`
	Behind        string `json:"behind"`
	NextAttemptAt string `json:"next_attempt_at"`
	Attempts      int    `json:"attempts"`
	AttemptsLeft  int    `json:"attempts_left"`
	Deadline      string `json:"deadline"`
	EarliestTurn  string `json:"earliest_turn"`
	// CanBeTried is false of a server before it told this.
	CanBeTried bool `json:"can_be_tried"`
	Position   struct {
		Chain   int  `json:"chain"`
		Lane    int  `json:"lane"`
		AtLeast bool `json:"at_least"`
	} `json:"position"`
}

// The wire's words for how an operation stands.
const (
	pending   = "pending"
	succeeded = "success"
	failed    = "failed"
)

// readOperation reads an operation as the API answers it.
func readOperation(body []byte) (operation, error) {
	var op operation
	if err := remote.Decode(body, &op); err != nil {
		return op, err
	}
	op.raw = body
	return op, nil
}

// attempts are how many entries of the log tell of an attempt. One that tells of an end without an attempt, such as by a
// cancel, has failed by nothing, and one of what Waybill refused itself has called nobody.
func (op operation) attempts() (n int) {
	for _, at := range op.Logs {
		if !at.only() {
			n++
		}
	}
	return n
}

// only tells whether an entry of the log tells of an end without an attempt.
func (a attempt) only() bool { return a.Status == failed && (a.ErrorType == "" || a.Reach == "none") }

// withheld tells whether Waybill itself ended the attempt, and had at most read at the TSP.
func (a attempt) withheld() bool {
	return a.Status == failed && a.ErrorType != "" && (a.Reach == "none" || a.Reach == "read" && a.Code == 0)
}

// last is the newest entry of the log; false if it has none.
func (op operation) last() (attempt, bool) {
	if len(op.Logs) == 0 {
		return attempt{}, false
	}
	return op.Logs[len(op.Logs)-1], true
}

// unknown tells whether nobody knows what became of the operation. A strict client is told so by the log alone.
func (op operation) unknown() bool {
	if op.OutcomeUnknown || op.Status != failed || len(op.Logs) == 0 {
		return op.OutcomeUnknown
	}
	return strings.HasPrefix(op.Logs[len(op.Logs)-1].Details, "outcome unknown")
}

// standing is the status in one word, with what is not known told apart.
func (op operation) standing() string {
	if op.unknown() {
		return "unknown"
	}
	return op.Status
}

// outcome is how a command ends that was about the operation: nil while it is pending and after its success.
func (op operation) outcome() error {
	switch {
	case op.unknown():
		return ended(ExitUnknown, "nobody knows what became of %s", op.ID)
	case op.Status == failed:
		return ended(ExitFailed, "%s has failed", op.ID)
	}
	return nil
}

// path is that of the operation at the API, with what is done to it behind.
func (op operation) path(do string) string {
	return operationsPath(op.ConnectionID) + "/" + url.PathEscape(op.ID) + do
}

// allOperations is the path of their list.
const allOperations = "/v2/integrations/connections/resource-operations"

func operationsPath(connection string) string {
	return "/v2/integrations/connections/" + url.PathEscape(connection) + "/resource-operations"
}
