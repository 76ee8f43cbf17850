package cli

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// connection is what the commands read of one.
type connection struct {
	ID          string `json:"id"`
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
	FleetID     string `json:"fleet_id"`
	FleetRef    string `json:"fleet_ref"`
	TSPID       string `json:"tsp_id"`
	SourceName  string `json:"source_name"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Problem     string `json:"problem"`
}

// allConnections is the path of their list.
const allConnections = "/v2/integrations/connections"

// connectionID is the id of a connection that people name by it, by its TSP or by how they call its fleet, where that is
// one alone.
func (s *Session) connectionID(c *remote.Client, text string) (string, error) {
	if text == "" || len(text) == 36 && uuid.Validate(text) == nil {
		return text, nil
	}
	var found []connection
	for item, err := range c.List(s.Context, allConnections, nil, 0) {
		if err != nil {
			return "", err
		}
		var conn connection
		if err := remote.Decode(item, &conn); err != nil {
			return "", err
		}
		if conn.SourceName == text || conn.FleetRef == text {
			found = append(found, conn)
		}
	}
	if len(found) == 1 {
		return found[0].ID, nil
	}
	var lines []string
	for i, conn := range found {
		if i == 5 {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, fmt.Sprintf("%s (%s of %s, %s)", conn.ID, conn.SourceName, conn.FleetRef, conn.Status))
	}
	if len(found) == 0 {
		return "", &Failure{Exit: ExitNotFound, Err: fmt.Errorf("you have no connection %q, by id, TSP or fleet", text),
			Hint: "waybill conn list shows yours"}
	}
	return "", misused("%d connections are called %q; name one by its id:\n  %s", len(found), text, strings.Join(lines, "\n  "))
}
