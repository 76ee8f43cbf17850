package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// verdict answers what became of an operation: its state with its cause, and whether it was applied.
type verdict struct {
	Look        Look
	Title, Text string
	Next        time.Time
	NextIs      string
}

// The answers to whether an operation was applied that has not succeeded. A part that was stays where it is.
const (
	noPart  = "Nothing has been applied"
	onePart = "A part of it has been applied, as its tries tell, and is not undone"
)

// verdict says what became of an operation, of which a part has reached its TSP or none.
func (n *namer) verdict(op operation.Operation, partly bool) verdict {
	v, took := verdict{Look: lookOf(op)}, noPart
	if partly {
		took = onePart
	}
	who := n.tsp(op)
	switch op.Stage() {
	case operation.StageSucceeded:
		v.Title, v.Text = n.succeeded(op)
	case operation.StageUnknown:
		v.Title = "Outcome unknown: " + who + " gave no trustworthy answer"
		v.Text = "It may have been taken, and Waybill cannot find out. It is not sent again by itself. Look at " + who +
			", and resolve it by hand."
	case operation.StageCancelled:
		v.Title, v.Text = "Cancelled before it was sent", took+"."
		if sentOf(op) > 0 {
			v.Title, v.Text = "Cancelled after it was tried", took+". There are no more tries."
		}
	case operation.StageExpired:
		v.Title = "Expired: it was not sent in time"
		if sentOf(op) > 0 {
			v.Title = "Expired: no try applied it in time"
		}
		v.Text = took + ". Its caller wanted it sent before " + op.ExpiresAt.UTC().Format(stamp) + ", or not at all."
	case operation.StageFailed:
		v.Title, v.Text = n.failed(op, partly)
	default:
		return n.pending(op, v, partly)
	}
	return v
}

// succeeded says how a write took effect, and by whose word.
func (n *namer) succeeded(op operation.Operation) (title, text string) {
	title = "Succeeded: " + n.tsp(op) + " took it"
	if r := op.Resolution; r != nil {
		title = "Succeeded: resolved by hand as applied"
		text = "Resolved by " + r.By + ". "
		if !r.Checked {
			text += "It was not checked at the TSP"
			if n.open {
				text += ": " + r.Unchecked
			}
			text += ". "
		}
	}
	text += "It has been applied"
	if op.SourceID != "" {
		text += fmt.Sprintf(" as %s %s there", words(op.Kind), n.source(op.SourceID))
	}
	if len(op.Warnings) > 0 {
		return title, text + "; the warnings below say what " + n.tsp(op) + " did not get."
	}
	return title, text + "."
}

// failed says why a write failed, of which a part has been applied or certainly nothing.
func (n *namer) failed(op operation.Operation, partly bool) (title, text string) {
	last, who := lastOf(op), n.tsp(op)
	if op.Resolution != nil {
		return "Failed: resolved by hand as not applied", noPart + ", by the word of " + op.Resolution.By + "."
	}
	took := " " + noPart + "."
	if partly {
		took = " " + onePart + ". Send what is missing by itself: the whole once more would make that part twice."
	}
	if last == nil || last.Class == "" {
		title = "Failed before it was sent"
		if sentOf(op) > 0 || partly {
			title = "Failed after it was tried"
		}
		if last != nil {
			text = sentence(n.said(op, *last))
		}
		return title, strings.TrimSpace(text + took)
	}
	title, helps := refused(last.Class, who)
	text = n.quoted(op, *last) + "."
	switch {
	case ours(*last):
		title, helps = n.refusedHere(op, *last)
		text = sentence(n.said(op, *last))
	case untold(*last):
		title, helps = "Failed: Waybill or "+who+" refused it", ""
	}
	if title == "" {
		// Of such an end it is not said that nothing was applied.
		return "Failed: " + capital(string(last.Class)), text
	}
	if partly {
		helps = ""
	}
	if over := n.over(op); helps != "" && over != "" {
		helps = " " + over
	}
	return title, text + took + helps
}

// refused is what a class of a last answer means, and what helps where nothing was applied; "" for one that is no answer.
func refused(class tsp.Class, who string) (title, helps string) {
	switch class {
	case tsp.Rejected:
		return "Failed: " + who + " refused it", " The same again will be refused again: change it first."
	case tsp.Missing:
		return "Failed: " + who + " does not know what it names", " Import the connection, or name another record."
	case tsp.Forbidden:
		return "Failed: " + who + " does not permit it", " The fleet's owner grants the permission at " + who + "."
	case tsp.Unsupported:
		return "Failed: " + who + " cannot do this", ""
	case tsp.Unavailable, tsp.Throttled:
		return "Failed: " + who + " was not reached in time", " Retry it once " + who + " answers again."
	case tsp.Unauthorized:
		return "Failed: " + who + " refused the credentials for too long", " Give the connection new credentials, then retry."
	}
	return "", ""
}

// pending says why one waits that has not ended, and what comes next.
func (n *namer) pending(op operation.Operation, v verdict, partly bool) verdict {
	w := n.why(op)
	v.Title, v.Next, v.NextIs = v.Look.Word, w.Next, w.NextIs
	if w.Text != "" {
		v.Title += ": " + strings.TrimSuffix(lower(w.Text), ".")
		if w.NextIs == "" || w.Text == "Behind" {
			v.Title = v.Look.Word + ": an earlier write must end first"
		}
	}
	switch {
	case op.State == operation.Unknown:
		v.Text = "It may have been taken. Waybill finds out before it sends it again."
	case op.State == operation.Sending:
		v.Text = "An attempt is under way; its answer decides."
	case partly:
		v.Text = onePart + ". " + goesOn(op)
	default:
		v.Text = noPart + ". " + goesOn(op)
	}
	return v
}

// goesOn says by what a write goes on that waits.
func goesOn(op operation.Operation) string {
	if p := op.Progress; p != nil && p.Code == operation.ConnectionPaused {
		return "It goes on when somebody resumes the connection."
	} else if p != nil && p.Code == operation.ConnectionStale {
		return "It goes on when the TSP takes the connection's credentials again."
	}
	return "Waybill goes on by itself."
}

// lower is a sentence behind a colon: only its first word changes, where that is no name.
func lower(text string) string {
	for _, word := range []string{"The ", "Its ", "An ", "A ", "It ", "As ", "Another ", "The"} {
		if len(text) > len(word) && text[:len(word)] == word {
			return string(text[0]|0x20) + text[1:]
		}
	}
	return text
}
