package traccar_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/traccar"
	"github.com/waybill-dev/waybill/internal/tsp/traccar/sim"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// replies are errors as the server makes them: the exception, and a stack trace behind it.
func replies() []tsptest.Reply {
	const signIn = "\n\tat org.traccar.api.security.SecurityRequestFilter.filter(SecurityRequestFilter.java:77)"
	var all []tsptest.Reply
	for text, class := range map[string]tsp.Class{
		"java.lang.SecurityException: Device access denied": tsp.Forbidden,
		"org.traccar.storage.StorageException: org.h2.jdbc.JdbcSQLIntegrityConstraintViolationException: Unique index or primary key violation: \"X\"": tsp.Rejected,
		"org.traccar.storage.StorageException: java.sql.SQLIntegrityConstraintViolationException: Duplicate entry '1' for key 'uniqueid'":              tsp.Rejected,
		"org.traccar.storage.StorageException: org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint \"uk\"":        tsp.Rejected,
		"io.netty.channel.StacklessClosedChannelException":                                                                                    tsp.Unknown,
		"java.lang.RuntimeException: Command message is not supported in protocol teltonika":                                                  tsp.Rejected,
		"java.lang.NegativeArraySizeException: -61\n\tat org.traccar.api.signature.CryptoManager.verify(CryptoManager.java:60)" + signIn:      tsp.Unauthorized,
		"java.lang.IllegalArgumentException: Bad arguments" + signIn:                                                                          tsp.Unauthorized,
		"org.traccar.storage.StorageException: org.h2.jdbc.JdbcSQLSyntaxErrorException: Table \"TC_DRIVER_DEVICE\" not found; SQL statement:": tsp.Broken,
		"org.traccar.storage.StorageException: org.postgresql.util.PSQLException: ERROR: relation \"tc_driver_device\" does not exist":        tsp.Broken,
		"org.traccar.storage.StorageException: org.postgresql.util.PSQLException: FATAL: database \"traccar\" does not exist":                 tsp.Unknown,
		"java.lang.RuntimeException: java.lang.InterruptedException":                                                                          tsp.Unknown,
		"java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 3":                                                        tsp.Rejected,
		"org.traccar.storage.StorageException: org.h2.jdbc.JdbcSQLDataException: Value too long for column \"A\"":                             tsp.Rejected,
		"org.traccar.storage.StorageException: com.mysql.cj.jdbc.exceptions.MysqlDataTruncation: Data truncation: Data too long":              tsp.Rejected,
		"org.traccar.storage.StorageException: org.postgresql.util.PSQLException: ERROR: deadlock detected":                                   tsp.Unknown,
		"org.traccar.storage.StorageException: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available":          tsp.Unknown,
	} {
		all = append(all, tsptest.Reply{Name: text, Status: http.StatusBadRequest, Body: text + "\n\tat org.traccar.Some.method(Some.java:1)\n", Class: class})
	}
	const wrapped = "jakarta.ws.rs.WebApplicationException: HTTP 500 Internal Server Error" + signIn + "\nCaused by: "
	return append(all,
		tsptest.Reply{Name: "a token that nobody signed", Status: http.StatusInternalServerError, Class: tsp.Unauthorized,
			Body: wrapped + "java.security.SignatureException: Could not verify signature\n"},
		tsptest.Reply{Name: "a wrong password", Status: http.StatusUnauthorized, Class: tsp.Unauthorized,
			Body: "jakarta.ws.rs.WebApplicationException: HTTP 401 Unauthorized\n\tat org.traccar.api.security.SecurityRequestFilter.filter(SecurityRequestFilter.java:122)\n"},
		tsptest.Reply{Name: "a sign-in that the database never understands", Status: http.StatusInternalServerError, Class: tsp.Broken,
			Body: wrapped + "org.traccar.storage.StorageException: java.sql.SQLSyntaxErrorException: Table 'traccar.tc_users' doesn't exist\n"},
		tsptest.Reply{Name: "a sign-in without the database", Status: http.StatusInternalServerError, Class: tsp.Unavailable,
			Body: wrapped + "org.traccar.storage.StorageException: java.sql.SQLTransientConnectionException: none\n"})
}

func TestTraccarConforms(t *testing.T) {
	tsptest.Run(t, tsptest.Config{
		New: traccar.New, Simulator: sim.New, Replies: replies(), Switches: []map[string]bool{{"mysql": true}, {"postgresql": true},
			{"unreleased": true}, {"release_6_12": true}, {"ignores_unknown": false}}, Golden: "testdata", OpenAPI: "../../../../shared/tsp-specs/traccar.openapi.yaml",
		Collections: map[resource.Kind][]string{resource.KindVehicle: {"vehicles"}, resource.KindTrailer: {"trailers"},
			resource.KindUser: {"drivers"}, resource.KindMessage: {"commands"}, resource.KindGroupMessage: {"commands"},
			resource.KindDriverVehicleAssociation: {"permissions"}},
		// The driver of the samples is linked to no device yet, and need not be unlinked.
		Values: map[string][]string{"create driver_vehicle_association.ended_at": {"", `"2026-11-23T11:40:00Z"`}},
		Except: map[string]string{
			"fields/create driver_vehicle_association/ended_at": "the server keeps no times; that there is an end unlinks the driver",
			"rivals/create driver_vehicle_association":          "a link is a state: whoever made it, it is what the other operation asked for",
			"connected/token":            "of a token that it did not sign the server tells the index of an array; the adapter says what is wrong",
			"openapi/GET /api/server":    "the settings of the server are null until somebody sets them (model/Server at v6.14.5)",
			"openapi/GET /api/positions": "a position without address, network and geofences has null for them (model/Position at v6.14.5)",
		},
		// The driver 6 is linked to no device.
		Sources: map[string][]resource.SourceID{"driver_id": {"6", "2", "3"}, "recipient_id": {"1", "2", "3"}, "recipient_ids": {"1", "2", "3"}},
	})
}
