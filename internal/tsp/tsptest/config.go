package tsptest

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Config is what the suite needs to know of one adapter. Only New, Simulator, Collections and
// Golden are needed by all.
type Config struct {
	New       func() tsp.Adapter
	Simulator func(simkit.Options) (simkit.Simulator, error)
	// Collections are the simulator's collections that hold what is written of a kind.
	Collections map[resource.Kind][]string
	// Beside are collections of what writes make beside records, such as mappings of ids.
	Beside []string
	// Golden is the folder of the golden requests, one file per capability.
	Golden string
	// Settings are those of the connection that the checks use: all that its actions need, and
	// a value for each secret one.
	Settings tsp.Settings
	// Unknown are values of settings with something in them that the simulator does not have. Settings of ids need
	// none, unless the TSP's have a form of their own.
	Unknown tsp.Settings
	// Unasked says of settings of ids why the TSP cannot be asked whether it has them.
	Unasked map[string]string
	// Renewable are credentials of the simulator with a session that can end, where the spec's
	// samples have none. They may be such as are exchanged first.
	Renewable tsp.Credentials
	// Values are JSON values that suit the TSP, by field ("vin") or, which wins, by capability
	// and field ("create vehicle.vin"): the one of the samples, and another. An empty one
	// leaves the field out of the samples.
	Values map[string][]string
	// Sources are source ids that the simulator knows, by reference field ("recipient_id") or
	// for the records to update ("update vehicle"). Those that are not named are listed. An empty
	// first one leaves the field out of the samples, where a record can be named only once.
	Sources map[string][]resource.SourceID
	// Switches are ways in which the TSP's customers differ, as the simulator's switches, under each of
	// which every write does the same.
	Switches []map[string]bool
	// Wide are switches of the simulator under which lists show more than is asked for, as TSPs do that
	// do not know a filter: look-ups must compare what they asked for.
	Wide map[string]bool
	// Replies are answers in the TSP's own words, such as errors with status 200. Those of the
	// classes Throttled and Unauthorized also stand for such an end where a check needs one, unless
	// they are of one call only.
	Replies []Reply
	// Classes are what statuses mean at this TSP where tsp.ClassOf would be too rough.
	Classes map[int]tsp.Class
	// Formats names text fields whose form the TSP itself judges, such as telephone numbers: for
	// them a refusal by the TSP that changes nothing is as good as one before the call.
	Formats []string
	// Capitals names text fields that are written in capitals, such as codes.
	Capitals []string
	// Volatile names members of the simulator's objects that differ between equal states.
	Volatile []string
	// Except says why a check does not hold, by "check", "check/capability",
	// "check/capability/field" or, for checks of the whole adapter, "check/field"; and by
	// "openapi/GET /path" why the TSP answers a call otherwise than its document says. An entry
	// that excuses nothing is itself a failure.
	Except map[string]string
	// OpenAPI is the path of the TSP's own document; "" if there is none.
	OpenAPI string
}

// Reply is an answer of the TSP to a write, and the class that it must have. One of class Done must
// be taken for a success.
type Reply struct {
	Name string
	// Call is how the requests begin that are answered so, as in "PATCH /vehicles/"; "" is all.
	Call   string
	Status int // 0 means 200
	Header http.Header
	Body   string
	Class  tsp.Class
}
