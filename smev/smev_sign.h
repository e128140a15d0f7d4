/*
 * smev/smev_sign.h - where the signature goes: between writer and signer.
 */
#ifndef SMEV_SMEV_SIGN_H
#define SMEV_SMEV_SIGN_H

#define SMEV_WRAPPER_OPEN  "<t:CallerInformationSystemSignature>"
#define SMEV_WRAPPER_CLOSE "</t:CallerInformationSystemSignature>"
/* Every unsigned call ends with it and the closing tags around. */
#define SMEV_EMPTY_WRAPPER SMEV_WRAPPER_OPEN SMEV_WRAPPER_CLOSE

#endif
