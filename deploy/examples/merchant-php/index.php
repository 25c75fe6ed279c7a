<?php
// A shop whose sign-ups are credited through Waymark. PHP 8, no packages:
//   php -S 127.0.0.1:8100 index.php
// ../README.md says how to run it and why it keeps the token twice.
declare(strict_types=1);

const COOKIE = 'shop_click';
const WINDOW_SECONDS = 60 * 24 * 60 * 60;  // the campaign's window_days
const API_TIMEOUT_SECONDS = 3;

function setting(string $name, string $default): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? $default : $value;
}

function api_key(): string
{
    $file = setting('WAYMARK_API_KEY_FILE', '');
    // One that cannot be read costs the credit, not the sign-up: the tracker's refusal is logged.
    return trim($file === '' ? setting('WAYMARK_API_KEY', '') : (string) @file_get_contents($file));
}

// Whether a token is genuine only the tracker knows; what has another form is not one.
function token_in(mixed $text): ?string
{
    return is_string($text) && preg_match('/^[A-Za-z0-9_-]{32}\z/', $text) ? $text : null;
}

function attribution_in(mixed $text): ?string
{
    return is_string($text) && preg_match('/^1(\.[A-Za-z0-9_-]+){3}\z/', $text) ? $text : null;
}

// Whether this visitor may be remembered by cookies. Opting out is asked for by the browser (Global
// Privacy Control). A shop that needs consent also looks here for the answer to its own banner.
function may_remember(): bool
{
    return ($_SERVER['HTTP_SEC_GPC'] ?? '') !== '1';
}

function cookie_of(string $name): mixed
{
    return may_remember() ? $_COOKIE[$name] ?? null : null;
}

function page(int $status, string $body): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');  // the page holds a visitor's token
    echo "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Shop</title>
<style>:root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }
input, button { font: inherit }</style>
<main>$body</main>
</html>\n";
}

function landing_page(): void
{
    $arrived = token_in($_GET['wm_click'] ?? null);
    if ($arrived !== null && may_remember()) {
        setcookie(COOKIE, $arrived, [
            'expires' => time() + WINDOW_SECONDS,
            'path' => '/',
            'secure' => setting('TRIAL', '') !== '1',
            'httponly' => true,
            'samesite' => 'Lax',
        ]);
    }
    $token = $arrived ?? token_in(cookie_of(COOKIE)) ?? '';
    page(200, '<h1>Welcome to the shop</h1>
<form method="post" action="/signup">
<label>E-mail <input name="email" type="email" autocomplete="email" required></label>
<input type="hidden" name="wm_click" value="' . htmlspecialchars($token) . '">
<button>Sign up</button>
</form>');
}

// Asks who is to be credited; null when the tracker cannot be asked.
function resolve(?string $click_id, ?string $attribution_token): ?array
{
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => ['Authorization: Bearer ' . api_key(), 'Content-Type: application/json'],
        'content' => json_encode([
            'click_id' => $click_id,
            'attribution_token' => $attribution_token,
        ]),
        'timeout' => API_TIMEOUT_SECONDS,
        'ignore_errors' => true,
    ]]);
    $url = setting('WAYMARK_API', 'http://127.0.0.1:8090') . '/v1/attribution/resolve';
    $body = @file_get_contents($url, false, $context);
    $answer = $body === false ? null : json_decode($body, true);
    if (is_array($answer) && ($answer['object'] ?? '') === 'attribution') {
        return $answer;
    }
    error_log('resolve: ' . ($body === false ? 'no answer' : $body));
    return null;
}

function sign_up(): void
{
    $click_id = token_in($_POST['wm_click'] ?? null) ?? token_in(cookie_of(COOKIE));
    $attribution = resolve($click_id, attribution_in(cookie_of('wm_ref')));
    // A real shop stores the token with the customer: then it can ask again, whatever happens here.
    $signed_up = ['email' => $_POST['email'] ?? null, 'click_id' => $click_id,
                  'attribution' => $attribution];
    error_log((string) json_encode($signed_up, JSON_INVALID_UTF8_SUBSTITUTE));
    $referrer = $attribution['referrer'] ?? null;
    $invited = $referrer === null
        ? '' : ' You were invited by <b>' . htmlspecialchars($referrer) . '</b>.';
    page(200, "<h1>Welcome</h1><p id=\"thanks\">Thank you.$invited</p>");
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match ([$_SERVER['REQUEST_METHOD'], $path]) {
    ['GET', '/'], ['HEAD', '/'] => landing_page(),
    ['POST', '/signup'] => sign_up(),
    default => page(404, '<h1>Not here</h1>'),
};
