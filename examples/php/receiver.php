<?php
// Receives webhooks of Waybill with PHP alone. It is made to be copied.
//
//     WEBHOOK_SECRET=whsec_... php -S 127.0.0.1:8000 examples/php/receiver.php
//
// WEBHOOK_SECRET may hold several secrets, separated by spaces: put the new one beside the old one while
// you replace it. WEBHOOK_INBOX is the folder where events are kept, one file each.
declare(strict_types=1);

const MAX_BODY = 4 << 20; // bytes read of a request, packed and unpacked
const TOLERANCE = 5 * 60; // seconds; with more, a delivery that somebody caught could be sent to you again

// The Base64 of the HMAC-SHA256 over what stands before the body, a full stop, and the body.
function sign(string $key, string $before, string $body): string
{
    return base64_encode(hash_hmac('sha256', $before . '.' . $body, $key, true));
}

// Refuses times ahead as well: what is dated tomorrow could be sent again tomorrow.
function fresh(int|false $sent): bool
{
    return $sent !== false && abs(time() - $sent) <= TOLERANCE;
}

// Checks X-Catena-Signature: the key is the text of the secret. hash_equals compares in a time that does
// not tell where the two differ.
function catena(string $body, string $secret): bool
{
    $stamp = $_SERVER['HTTP_X_CATENA_TIMESTAMP'] ?? '';
    return fresh(strtotime($stamp)) && hash_equals(sign($secret, $stamp, $body), $_SERVER['HTTP_X_CATENA_SIGNATURE'] ?? '');
}

// Checks webhook-signature of Standard Webhooks, which may hold several: the key of a secret with whsec_
// is the Base64 behind it.
function standard(string $body, string $secret): bool
{
    $stamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!preg_match('/^\d{1,12}$/D', $stamp) || !fresh((int) $stamp)) {
        return false;
    }
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6), true) : $secret;
    if ($key === false) {
        return false;
    }
    $want = 'v1,' . sign($key, ($_SERVER['HTTP_WEBHOOK_ID'] ?? '') . '.' . $stamp, $body);
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($want, $given)) {
            return true;
        }
    }
    return false;
}

// Tells whether a body, behind its encoding, was signed with one of the secrets just now. Either form of
// signature proves that. While a secret is being replaced, X-Catena-Signature is made with the new one
// alone, and webhook-signature with both.
function verified(string $body, array $secrets): bool
{
    foreach ($secrets as $secret) {
        if (catena($body, $secret) || standard($body, $secret)) {
            return true;
        }
    }
    return false;
}

// Returns the body behind its encoding, which is gzip or none; false if it cannot be read.
function unpacked(): string|false
{
    $raw = file_get_contents('php://input', false, null, 0, MAX_BODY + 1);
    if ($raw === false || strlen($raw) > MAX_BODY) {
        return false;
    }
    return ($_SERVER['HTTP_CONTENT_ENCODING'] ?? '') === 'gzip' ? @gzdecode($raw, MAX_BODY) : $raw;
}

// Keeps an event as a file of its id's name, and works on it. The file cannot be made twice: the same event may
// come twice, and keeps its id. What happened to one thing is sent in its order, but a replay may come
// late: what is older than what is known of the thing is told apart by its time, which is always
// written with as many digits. The sequence numbers the deliveries of one subscription without a gap.
function take(array $event, string $body, string $inbox): void
{
    // Names of files are made of what a stranger cannot choose.
    $file = @fopen($inbox . '/event-' . hash('sha256', $event['id']), 'x');
    $how = 'repeated';
    if ($file !== false) {
        fwrite($file, $body);
        fclose($file);
        $known = fopen($inbox . '/thing-' . hash('sha256', $event['data'][0]['id']), 'c+');
        flock($known, LOCK_EX);
        $how = strcmp($event['timestamp'], (string) stream_get_contents($known)) < 0 ? 'late' : 'new';
        if ($how === 'new') {
            rewind($known);
            fwrite($known, $event['timestamp']);
        }
        fclose($known);
    }
    file_put_contents('php://stdout', "$event[event_name] $event[id] $how sequence " . ($event['sequence'] ?? 0) . "\n");
}

// Answers within the 3 seconds that Waybill waits: it checks and keeps. Longer work belongs to a process
// that looks into the folder.
function answer(): int
{
    $secrets = preg_split('/\s+/', getenv('WEBHOOK_SECRET') ?: '', -1, PREG_SPLIT_NO_EMPTY);
    if ($secrets === []) {
        error_log('WEBHOOK_SECRET is not set: it is the secret that the creation of the subscription answered');
        return 500;
    }
    $body = unpacked();
    if ($body === false) {
        return 400;
    }
    if (!verified($body, $secrets)) {
        return 401;
    }
    $event = json_decode($body, true);
    if (!is_string($event['id'] ?? null) || !is_string($event['timestamp'] ?? null) || !is_string($event['data'][0]['id'] ?? null)) {
        return 400;
    }
    take($event, $body, getenv('WEBHOOK_INBOX') ?: sys_get_temp_dir());
    return 202;
}

http_response_code(answer());
