package sim

import (
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// extendSession is the method that Geotab's Python client calls when it has a session and no password
// (github.com/Geotab/mygeotab-python mygeotab/api.py 0.9.8, read 2026-11-25).
const extendSession = "ExtendSession"

// extend gives a session a new life. It has its credentials beside each other, not in credentials, and no result. By
// how much it prolongs the session is not documented.
func extend(tx *simkit.Tx, c *simkit.Call) (any, error) {
	user, err := sessionUser(tx, c.Body)
	if err != nil {
		return nil, err
	}
	renewed := simkit.Object{"user": user.ID, "extended": stamp(tx.Now())}
	return nil, tx.Put(sessions, simkit.Text(c.Body, "sessionId"), renewed)
}

// alive tells whether a session has not ended.
func alive(tx *simkit.Tx, session *simkit.Item) bool {
	from := session.At
	if extended := momentOf(session.Object["extended"]); extended.After(from) {
		from = extended
	}
	return tx.Now().Before(from.Add(sessionLife))
}

// sessionAlone tells whether Authenticate got a session in place of a password, as from the Python client up to 0.8.8.
// Geotab refuses that (github.com/Geotab/mygeotab-python issue 19 of 2023-04-17, and the commit that answers it).
func sessionAlone(params simkit.Object) bool {
	credentials, _ := params["credentials"].(simkit.Object)
	signsIn := simkit.Text(params, "userName") != "" || simkit.Text(params, "password") != ""
	return simkit.Text(credentials, "sessionId") != "" && !signsIn
}
