package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Trouble tells what is wrong with the database, or the way to it, by an error; nil if it was the statement's
// own fault.
func (e *Engine) Trouble(err error) *fence.Trouble { return troubleOf(err) }

func troubleOf(err error) *fence.Trouble {
	var t *fence.Trouble
	var late *fence.Uncertain
	if err == nil || errors.As(err, &late) {
		return nil
	}
	if errors.As(err, &t) {
		return t
	}
	reason, remedy := told(err)
	if reason == "" {
		return nil
	}
	return &fence.Trouble{Reason: reason, Err: fmt.Errorf("%s; nothing new is accepted meanwhile: %s: %w", reason, remedy, err)}
}

// told is what may be told to anybody of an error, and what its operator may do; "" for what is the fault of a
// statement.
func told(err error) (reason, remedy string) {
	var pg *pgconn.PgError
	var unfit *unfitError
	switch {
	case errors.As(err, &pg):
		return toldOf(pg)
	case errors.As(err, &unfit):
		return unfit.reason, unfit.remedy
	case errors.Is(err, errStandby):
		return toldOf(&pgconn.PgError{Code: "25006"})
	case errors.Is(err, errSilent):
		return "the database does not answer", "look at its server's load and locks"
	case insecure(err):
		return "the database cannot be reached by TLS", "give its server a certificate that sslmode and sslrootcert of " +
			"WAYBILL_DATABASE_URL accept; sslmode=disable is for a network of your own alone"
	case lost(err):
		return "the database cannot be reached",
			"look whether its server runs and whether the host and port of WAYBILL_DATABASE_URL are its own"
	}
	return "", ""
}

// toldOf tells it by the code that PostgreSQL gives, of
// https://www.postgresql.org/docs/18/errcodes-appendix.html (2026-11-27).
func toldOf(pg *pgconn.PgError) (reason, remedy string) {
	if strings.Contains(pg.Message, "statement pooling mode") {
		// PgBouncer tells it by this text alone: its code is that of any breach of the protocol.
		return "a pooler before the database is in statement mode, which carries no transactions",
			"set pool_mode=transaction or session for the database in PgBouncer, or name the server itself in WAYBILL_DATABASE_URL"
	}
	switch pg.Code {
	case "57P01", "57P02", "57P03", "57P05":
		return "the database is being started or stopped", "wait for it, or look at its server's log"
	case "53100":
		return "the disk of the database is full", "make room on its disk"
	case "53200":
		return "the server of the database has no memory left", "give it more, or set its shared_buffers and work_mem lower"
	case "53300":
		return "the database has no connection left",
			"raise max_connections of its server, or give the role of WAYBILL_DATABASE_URL more"
	case "25006":
		return "the database may not be written: its server is a standby",
			"name the primary in WAYBILL_DATABASE_URL, or all servers: postgres://user@first:5432,second:5432/database"
	case "25P03", "25P04":
		return "this process was held up while it wrote", "look at the load of its machine"
	case "55P03", "57014":
		return "another replica holds the database", "look which process holds it in pg_stat_activity"
	case "58030", "XX001", "XX002":
		return "the disk of the database fails, or the database is damaged", "look at its server's log"
	case "40001", "40P01":
		return "the database was changed by something else at the same time", "nothing, unless it is told again and again"
	case "3D000":
		return "the database does not exist", "make it with CREATE DATABASE"
	case "42501":
		return "the database may not be written",
			"let the role of WAYBILL_DATABASE_URL own the tables of Waybill, or grant it all privileges on them"
	case "26000", "42P05":
		return "a pooler before the database loses prepared statements",
			"write default_query_exec_mode=cache_describe in WAYBILL_DATABASE_URL, or set max_prepared_statements of PgBouncer " +
				"1.21 or newer"
	}
	switch {
	case pg.Code == "0A000" && strings.Contains(pg.Message, "cached plan"):
		return "the tables were changed by an upgrade", "nothing, it is over with the next statement"
	case strings.HasPrefix(pg.Code, "08"):
		return "the database cannot be reached", "look at its server's log, and at the pooler's if one stands before it"
	case strings.HasPrefix(pg.Code, "28"):
		return "the database refuses its user", "set the user and the password in WAYBILL_DATABASE_URL to those of a role " +
			"that pg_hba.conf lets in"
	}
	return "", ""
}

// unfitError tells of a server that answers and cannot be used.
type unfitError struct{ reason, remedy string }

// Error tells what to do as well.
func (e *unfitError) Error() string { return e.reason + ": " + e.remedy }

// insecure tells that no connection came about because of TLS: the last way that was tried was by it. The library
// tells it by this text alone.
func insecure(err error) bool {
	var connect *pgconn.ConnectError
	if !errors.As(err, &connect) {
		return false
	}
	text := strings.TrimSpace(err.Error())
	return strings.Contains(text[strings.LastIndexByte(text, '\n')+1:], "tls error: ")
}

// lost tells that an error is of the connection: whether the server has done what it was told is not known.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, &network) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// dead tells that an error is of one connection, which a new one may not meet.
func dead(err error) bool {
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	if errors.As(err, &connect) {
		return false
	}
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "57P0") || strings.HasPrefix(pg.Code, "08") || stale(err)
	}
	return lost(err)
}

// Explained is an error of opening the database, with what is wrong with that and what to do if it is one.
func Explained(err error) error {
	var t *fence.Trouble
	if errors.As(err, &t) {
		return fmt.Errorf("opening the database: %w", t)
	}
	if reason, remedy := told(err); reason != "" {
		return fmt.Errorf("opening the database: %w",
			&fence.Trouble{Reason: reason, Err: fmt.Errorf("%s: %s: %w", reason, remedy, err)})
	}
	return err
}
