/*
 * What a static program needs beside glibc and OpenSSL as Debian compiles them: nothing of the machine that it runs on is loaded into it.
 * A plug-in there belongs to another glibc, and loading it crashes. build/static.sh compiles this, and has the linker replace functions.
 */
#define _GNU_SOURCE
#include <nss.h>
#include <stddef.h>
#include <string.h>

/* .NET and OpenSSL treat this as a library that is not there. */
void *__wrap_dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

char *__wrap_dlerror(void)
{
	return "this program is static: it loads no libraries";
}

/* /etc/nsswitch.conf may name plug-ins. These two are part of glibc. */
__attribute__((constructor)) static void look_up_without_plugins(void)
{
	__nss_configure_lookup("hosts", "files dns");
	__nss_configure_lookup("passwd", "files");
	__nss_configure_lookup("group", "files");
}

/* The system's openssl.cnf is for the system's OpenSSL: its providers and engines are plug-ins too. */
char *__real_ossl_safe_getenv(const char *name);

char *__wrap_ossl_safe_getenv(const char *name)
{
	return strcmp(name, "OPENSSL_CONF") == 0 ? "/dev/null" : __real_ossl_safe_getenv(name);
}

/* Compressed certificates: nothing unpacks what a server sends before it is authenticated. */
const void *COMP_zlib(void) { return NULL; }
const void *COMP_zlib_oneshot(void) { return NULL; }
const void *BIO_f_zlib(void) { return NULL; }
void ossl_comp_zlib_cleanup(void) { }
const void *COMP_zstd(void) { return NULL; }
const void *COMP_zstd_oneshot(void) { return NULL; }
const void *BIO_f_zstd(void) { return NULL; }
void ossl_comp_zstd_cleanup(void) { }
