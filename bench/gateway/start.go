package gateway

import (
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
	"github.com/waybill-dev/waybill/bench/stub"
)

// trust makes a folder with the receiver's certificate and returns that one's path.
func trust(folder string, r *stub.Receiver) (string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	trusted := filepath.Join(folder, "receiver.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate()})
	return trusted, os.WriteFile(trusted, certificate, 0o600)
}

// FreeAddr is an address on which nobody listens.
func FreeAddr() (string, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return free.Addr().String(), free.Close()
}

// answers waits until a program says that it is healthy.
func answers(ctx context.Context, client *http.Client, addr string, p *measure.Process) error {
	for {
		answer, err := client.Get("http://" + addr + "/healthz")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-p.Ended():
			return fmt.Errorf("what was started ended: %s", p.Said())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// message is the request of one.
func message(ctx context.Context, addr, token string, of connection, marker string) (*http.Request, error) {
	body := messageBody(of, marker)
	url := "http://" + addr + "/v2/telematics/messages"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

func messageBody(of connection, marker string) string {
	return fmt.Sprintf(`{"connection_id":%q,"sender_id":%q,"recipient_id":%q,"message_text":"Dock 7 is free %s"}`,
		of.ID, of.Sender, of.Recipient, marker)
}
