/* Mbed TLS's configuration, in place of its own mbedtls_config.h: what kex_p256.c and kex_group14.c use, and nothing else. */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_DHM_C
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED
